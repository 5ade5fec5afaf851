-- Up to which event about an account every contact's search text is that of its fields: it is the last one while all
-- processes that write know of search texts. An older one leaves it behind, and the search index brings it up again.
ALTER TABLE numberkeep.writers ADD COLUMN text_event bigint NOT NULL DEFAULT 0;
