CREATE TABLE `editing_conflicts` (
	`id` text PRIMARY KEY NOT NULL,
	`slug` text NOT NULL,
	`sheet` text NOT NULL,
	`values_json` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`created_by` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `editing_conflicts_slug` ON `editing_conflicts` (`slug`,`id`);--> statement-breakpoint
CREATE TABLE `editing_previews` (
	`id` text PRIMARY KEY NOT NULL,
	`slug` text NOT NULL,
	`key_id` text NOT NULL,
	`answers_sealed` blob NOT NULL,
	`created_by` text NOT NULL,
	`expires_at_ms` integer NOT NULL,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `editing_previews_expiry` ON `editing_previews` (`expires_at_ms`);--> statement-breakpoint
CREATE TABLE `editing_workspaces` (
	`slug` text PRIMARY KEY NOT NULL,
	`base_revision_id` text NOT NULL,
	`state_json` text NOT NULL,
	`version` integer NOT NULL,
	`updated_at_ms` integer NOT NULL,
	`updated_by` text NOT NULL
);
