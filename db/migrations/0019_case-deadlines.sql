CREATE TABLE `case_deadlines` (
	`task_id` text PRIMARY KEY NOT NULL,
	`vorgang_id` text NOT NULL,
	`rule` text NOT NULL,
	`valid_from` text,
	`source` text,
	`counted` text NOT NULL,
	`ends_on` text NOT NULL,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `case_deadlines_vorgang` ON `case_deadlines` (`vorgang_id`,`task_id`);
--> statement-breakpoint
CREATE TABLE `case_deadline_changes` (
	`id` text PRIMARY KEY NOT NULL,
	`task_id` text NOT NULL,
	`kind` text NOT NULL,
	`from_on` text NOT NULL,
	`until_on` text,
	`period` text,
	`ends_on` text NOT NULL,
	`key_id` text NOT NULL,
	`reason_sealed` blob NOT NULL,
	`changed_by` text NOT NULL,
	`changed_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `case_deadline_changes_task` ON `case_deadline_changes` (`task_id`,`id`);
