CREATE TABLE `contact_changes` (
	`id` text PRIMARY KEY NOT NULL,
	`vorgang_id` text NOT NULL,
	`key_id` text NOT NULL,
	`email_sealed` blob NOT NULL,
	`state` text NOT NULL,
	`tries` integer NOT NULL,
	`created_at_ms` integer NOT NULL,
	`expires_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `contact_changes_vorgang` ON `contact_changes` (`vorgang_id`,`id`);--> statement-breakpoint
CREATE TABLE `errands` (
	`id` text PRIMARY KEY NOT NULL,
	`vorgang_id` text NOT NULL,
	`kind` text NOT NULL,
	`submission_id` text,
	`due_on` text NOT NULL,
	`state` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`done_at_ms` integer,
	`done_by` text,
	`letter_id` text,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `errands_vorgang` ON `errands` (`vorgang_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `errands_open_bounce` ON `errands` (`vorgang_id`,`kind`) WHERE state = 'open' and kind = 'bounce';--> statement-breakpoint
CREATE TABLE `inspections` (
	`id` text PRIMARY KEY NOT NULL,
	`vorgang_id` text NOT NULL,
	`withheld` text NOT NULL,
	`until_on` text NOT NULL,
	`granted_by` text NOT NULL,
	`granted_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `inspections_vorgang` ON `inspections` (`vorgang_id`,`id`);--> statement-breakpoint
CREATE TABLE `letters` (
	`id` text PRIMARY KEY NOT NULL,
	`vorgang_id` text NOT NULL,
	`key_id` text NOT NULL,
	`text_sealed` blob NOT NULL,
	`created_by` text NOT NULL,
	`created_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `letters_vorgang` ON `letters` (`vorgang_id`,`id`);--> statement-breakpoint
CREATE TABLE `act_forms` (
	`vorgang_id` text NOT NULL,
	`act` text NOT NULL,
	`about` text NOT NULL,
	`key_id` text NOT NULL,
	`typed_sealed` blob,
	`updated_at_ms` integer NOT NULL,
	`version` integer NOT NULL,
	PRIMARY KEY(`vorgang_id`, `act`, `about`)
);
--> statement-breakpoint
ALTER TABLE `vorgaenge` ADD `kind` text DEFAULT 'application' NOT NULL;--> statement-breakpoint
ALTER TABLE `vorgaenge` ADD `about_vorgang_id` text;--> statement-breakpoint
ALTER TABLE `vorgaenge` ADD `about_notice_id` text;--> statement-breakpoint
CREATE UNIQUE INDEX `vorgaenge_objection` ON `vorgaenge` (`about_notice_id`);--> statement-breakpoint
ALTER TABLE `drafts` ADD `corrects_id` text;--> statement-breakpoint
ALTER TABLE `submissions` ADD `kind` text DEFAULT 'application' NOT NULL;