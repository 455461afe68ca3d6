CREATE TABLE `access_renewals` (
	`id` text PRIMARY KEY NOT NULL,
	`vorgang_id` text NOT NULL,
	`key_id` text NOT NULL,
	`content_sealed` blob NOT NULL,
	`state` text NOT NULL,
	`requested_by` text NOT NULL,
	`requested_at_ms` integer NOT NULL,
	`expires_at_ms` integer NOT NULL,
	`decided_by` text,
	`decided_at_ms` integer,
	`comment_sealed` blob,
	`former_sealed` blob,
	`codes` text,
	`shown_at_ms` integer
);
--> statement-breakpoint
CREATE INDEX `access_renewals_vorgang` ON `access_renewals` (`vorgang_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `access_renewals_open` ON `access_renewals` (`vorgang_id`) WHERE state = 'open';--> statement-breakpoint
CREATE INDEX `drafts_corrects` ON `drafts` (`corrects_id`) WHERE state = 'open' and corrects_id is not null;