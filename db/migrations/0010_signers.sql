CREATE TABLE `invitations` (
	`id` text PRIMARY KEY NOT NULL,
	`draft_id` text NOT NULL,
	`kind` text NOT NULL,
	`role` text NOT NULL,
	`state` text NOT NULL,
	`key_id` text NOT NULL,
	`invitee_sealed` blob NOT NULL,
	`record_sealed` blob,
	`created_at_ms` integer NOT NULL,
	`deadline_at_ms` integer NOT NULL,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `invitations_draft` ON `invitations` (`draft_id`,`id`);