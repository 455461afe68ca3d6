ALTER TABLE `postbox_items` ADD `title` text;--> statement-breakpoint
ALTER TABLE `postbox_items` ADD `waits_for` text;--> statement-breakpoint
ALTER TABLE `postbox_items` ADD `prepared_by` text;