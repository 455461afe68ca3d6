CREATE TABLE `preview_pages` (
	`id` text PRIMARY KEY NOT NULL,
	`blob_id` text NOT NULL,
	`page_number` integer NOT NULL,
	`image_blob_id` text NOT NULL,
	`key_id` text NOT NULL,
	`text_sealed` blob NOT NULL,
	`width_pixels` integer NOT NULL,
	`height_pixels` integer NOT NULL,
	FOREIGN KEY (`blob_id`) REFERENCES `blobs`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`image_blob_id`) REFERENCES `blobs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `preview_pages_number` ON `preview_pages` (`blob_id`,`page_number`);--> statement-breakpoint
CREATE INDEX `preview_pages_image` ON `preview_pages` (`image_blob_id`);--> statement-breakpoint
CREATE TABLE `previews` (
	`blob_id` text PRIMARY KEY NOT NULL,
	`state` text NOT NULL,
	`page_count` integer NOT NULL,
	`flags` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	FOREIGN KEY (`blob_id`) REFERENCES `blobs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `upload_parts` (
	`upload_id` text NOT NULL,
	`start_byte` integer NOT NULL,
	`end_byte` integer NOT NULL,
	`draft_id` text NOT NULL,
	`blob_id` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	PRIMARY KEY(`upload_id`, `start_byte`)
);
--> statement-breakpoint
CREATE INDEX `upload_parts_age` ON `upload_parts` (`created_at_ms`);--> statement-breakpoint
CREATE TABLE `paper_codes` (
	`code_hash` text PRIMARY KEY NOT NULL,
	`draft_id` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`expires_at_ms` integer NOT NULL,
	`vorgang_id` text
);
--> statement-breakpoint
CREATE INDEX `paper_codes_draft` ON `paper_codes` (`draft_id`);--> statement-breakpoint
CREATE INDEX `paper_codes_age` ON `paper_codes` (`expires_at_ms`);--> statement-breakpoint
ALTER TABLE `blobs` ADD `derived_from` text REFERENCES blobs(id) ON DELETE CASCADE;--> statement-breakpoint
CREATE INDEX `blobs_derived` ON `blobs` (`derived_from`) WHERE derived_from IS NOT NULL;