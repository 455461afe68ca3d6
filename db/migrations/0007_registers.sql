CREATE TABLE `register_lookups` (
	`id` text PRIMARY KEY NOT NULL,
	`draft_id` text NOT NULL,
	`vorgang_id` text,
	`key_id` text NOT NULL,
	`lookup` text NOT NULL,
	`register` text NOT NULL,
	`state` text NOT NULL,
	`record_sealed` blob,
	`consent_at_ms` integer NOT NULL,
	`answered_at_ms` integer,
	`decided_at_ms` integer,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `register_lookups_draft` ON `register_lookups` (`draft_id`,`id`);--> statement-breakpoint
CREATE INDEX `register_lookups_vorgang` ON `register_lookups` (`vorgang_id`,`id`);