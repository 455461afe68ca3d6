CREATE TABLE `saved_views` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`sealed` blob NOT NULL,
	`saved_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `saved_views_user` ON `saved_views` (`user_id`,`id`);--> statement-breakpoint
CREATE TABLE `list_exports` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`at_ms` integer NOT NULL,
	`format` text NOT NULL,
	`list_sealed` blob NOT NULL,
	`rows` integer,
	`ended_at_ms` integer
);
--> statement-breakpoint
CREATE INDEX `list_exports_user` ON `list_exports` (`user_id`,`id`);--> statement-breakpoint
CREATE TRIGGER list_exports_ends_once BEFORE UPDATE ON list_exports
WHEN OLD.ended_at_ms IS NOT NULL OR NEW.ended_at_ms IS NULL OR NEW.id IS NOT OLD.id OR NEW.user_id IS NOT OLD.user_id OR NEW.at_ms IS NOT OLD.at_ms OR NEW.format IS NOT OLD.format OR NEW.list_sealed IS NOT OLD.list_sealed
BEGIN
  SELECT RAISE(ABORT, 'list_exports.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER list_exports_no_delete BEFORE DELETE ON list_exports
BEGIN
  SELECT RAISE(ABORT, 'list_exports.append_only');
END;
