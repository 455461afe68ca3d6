CREATE TABLE `notes` (
	`id` text PRIMARY KEY NOT NULL,
	`vorgang_id` text NOT NULL,
	`key_id` text NOT NULL,
	`text_sealed` blob NOT NULL,
	`created_by` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`struck_at_ms` integer
);
--> statement-breakpoint
CREATE INDEX `notes_vorgang` ON `notes` (`vorgang_id`,`id`);
--> statement-breakpoint
CREATE TRIGGER notes_text_stays BEFORE UPDATE OF id, vorgang_id, key_id, text_sealed, created_by, created_at_ms ON notes
BEGIN
  SELECT RAISE(ABORT, 'notes.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER notes_struck_stays BEFORE UPDATE ON notes WHEN OLD.struck_at_ms IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'notes.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER notes_no_replace BEFORE INSERT ON notes WHEN EXISTS (SELECT 1 FROM notes WHERE id = NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'notes.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER notes_no_delete BEFORE DELETE ON notes WHEN NOT EXISTS (SELECT 1 FROM vorgaenge v JOIN eakten e ON e.id = v.eakte_id WHERE v.id = OLD.vorgang_id AND e.state = 'disposing')
BEGIN
  SELECT RAISE(ABORT, 'notes.append_only');
END;
