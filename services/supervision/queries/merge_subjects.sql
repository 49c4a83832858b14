SELECT journal.merge_subjects() AS pages
