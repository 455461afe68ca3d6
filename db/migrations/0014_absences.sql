CREATE TABLE `absences` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`substitute_id` text,
	`from_on` text NOT NULL,
	`until_on` text NOT NULL,
	`set_by` text NOT NULL,
	`state` text NOT NULL,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `absences_substitute` ON `absences` (`substitute_id`,`until_on`) WHERE state = 'set';--> statement-breakpoint
CREATE INDEX `absences_user` ON `absences` (`user_id`,`until_on`) WHERE state = 'set';
