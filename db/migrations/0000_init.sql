CREATE TABLE `deliveries` (
	`id` text PRIMARY KEY NOT NULL,
	`vorgang_id` text NOT NULL,
	`connector` text NOT NULL,
	`event` text NOT NULL,
	`state` text NOT NULL,
	`attempts` integer NOT NULL,
	`last_status` text,
	`created_at_ms` integer NOT NULL,
	`delivered_at_ms` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `deliveries_once` ON `deliveries` (`vorgang_id`,`connector`,`event`);--> statement-breakpoint
CREATE INDEX `deliveries_state` ON `deliveries` (`state`,`id`);--> statement-breakpoint
CREATE TABLE `content_pointer` (
	`id` integer PRIMARY KEY NOT NULL,
	`revision_id` text NOT NULL,
	`version` integer NOT NULL,
	FOREIGN KEY (`revision_id`) REFERENCES `content_revisions`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `content_revisions` (
	`id` text PRIMARY KEY NOT NULL,
	`created_at_ms` integer NOT NULL,
	`created_by` text NOT NULL,
	`note` text NOT NULL,
	`manifest_digest` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `blobs` (
	`id` text PRIMARY KEY NOT NULL,
	`key_id` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`media_type` text NOT NULL,
	`scan_state` text NOT NULL,
	`created_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `document_versions` (
	`id` text PRIMARY KEY NOT NULL,
	`document_id` text NOT NULL,
	`version_number` integer NOT NULL,
	`blob_id` text NOT NULL,
	`meta_sealed` blob NOT NULL,
	`created_at_ms` integer NOT NULL,
	`created_by` text NOT NULL,
	FOREIGN KEY (`document_id`) REFERENCES `documents`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`blob_id`) REFERENCES `blobs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `document_versions_number` ON `document_versions` (`document_id`,`version_number`);--> statement-breakpoint
CREATE INDEX `document_versions_blob` ON `document_versions` (`blob_id`);--> statement-breakpoint
CREATE TABLE `documents` (
	`id` text PRIMARY KEY NOT NULL,
	`eakte_id` text NOT NULL,
	`vorgang_id` text NOT NULL,
	`kind` text NOT NULL,
	`key_id` text NOT NULL,
	`created_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `documents_vorgang` ON `documents` (`vorgang_id`,`id`);--> statement-breakpoint
CREATE INDEX `documents_eakte` ON `documents` (`eakte_id`,`id`);--> statement-breakpoint
CREATE TABLE `uploads` (
	`id` text PRIMARY KEY NOT NULL,
	`draft_id` text NOT NULL,
	`field` text NOT NULL,
	`blob_id` text NOT NULL,
	`meta_sealed` blob NOT NULL,
	`created_at_ms` integer NOT NULL,
	FOREIGN KEY (`blob_id`) REFERENCES `blobs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `uploads_draft` ON `uploads` (`draft_id`);--> statement-breakpoint
CREATE INDEX `uploads_blob` ON `uploads` (`blob_id`);--> statement-breakpoint
CREATE TABLE `eakten` (
	`id` text PRIMARY KEY NOT NULL,
	`aktenzeichen` text NOT NULL,
	`file_plan` text NOT NULL,
	`service_slug` text NOT NULL,
	`state` text NOT NULL,
	`opened_at_ms` integer NOT NULL,
	`closed_at_ms` integer,
	`retention_rule` text NOT NULL,
	`retain_until_on` text,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `eakten_aktenzeichen` ON `eakten` (`aktenzeichen`);--> statement-breakpoint
CREATE TABLE `vorgaenge` (
	`id` text PRIMARY KEY NOT NULL,
	`eakte_id` text NOT NULL,
	`reference` text NOT NULL,
	`service_slug` text NOT NULL,
	`content_revision_id` text NOT NULL,
	`key_id` text NOT NULL,
	`lang` text NOT NULL,
	`state` text NOT NULL,
	`outcome` text,
	`opened_at_ms` integer NOT NULL,
	`closed_at_ms` integer,
	`version` integer NOT NULL,
	FOREIGN KEY (`eakte_id`) REFERENCES `eakten`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `vorgaenge_reference` ON `vorgaenge` (`reference`);--> statement-breakpoint
CREATE INDEX `vorgaenge_eakte` ON `vorgaenge` (`eakte_id`,`id`);--> statement-breakpoint
CREATE TABLE `access_codes` (
	`id` text PRIMARY KEY NOT NULL,
	`vorgang_id` text NOT NULL,
	`code_hash` text NOT NULL,
	`kind` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`expires_at_ms` integer NOT NULL,
	`used_at_ms` integer
);
--> statement-breakpoint
CREATE INDEX `access_codes_vorgang` ON `access_codes` (`vorgang_id`);--> statement-breakpoint
CREATE TABLE `session_grants` (
	`session_id` text NOT NULL,
	`kind` text NOT NULL,
	`entity_id` text NOT NULL,
	`granted_at_ms` integer NOT NULL,
	PRIMARY KEY(`session_id`, `kind`, `entity_id`),
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `session_grants_entity` ON `session_grants` (`kind`,`entity_id`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`token_hash` text NOT NULL,
	`kind` text NOT NULL,
	`user_id` text,
	`created_at_ms` integer NOT NULL,
	`seen_at_ms` integer NOT NULL,
	`expires_at_ms` integer NOT NULL,
	`ended_at_ms` integer,
	`sealed` blob
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_token` ON `sessions` (`token_hash`);--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user_id`);--> statement-breakpoint
CREATE TABLE `sign_in_tries` (
	`id` text PRIMARY KEY NOT NULL,
	`scope` text NOT NULL,
	`at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `sign_in_tries_scope` ON `sign_in_tries` (`scope`,`at_ms`);--> statement-breakpoint
CREATE TABLE `staff` (
	`id` text PRIMARY KEY NOT NULL,
	`issuer` text NOT NULL,
	`subject` text NOT NULL,
	`name_sealed` blob NOT NULL,
	`claims` text NOT NULL,
	`claims_at_ms` integer NOT NULL,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `staff_subject` ON `staff` (`issuer`,`subject`);--> statement-breakpoint
CREATE TABLE `jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`key` text NOT NULL,
	`payload` text NOT NULL,
	`state` text NOT NULL,
	`due_at_ms` integer NOT NULL,
	`lease_until_ms` integer NOT NULL,
	`lease_epoch` integer NOT NULL,
	`attempts` integer NOT NULL,
	`last_error` text,
	`created_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_kind_key` ON `jobs` (`kind`,`key`);--> statement-breakpoint
CREATE INDEX `jobs_open` ON `jobs` (`due_at_ms`,`id`) WHERE state = 'open';--> statement-breakpoint
CREATE INDEX `jobs_dead` ON `jobs` (`kind`,`id`) WHERE state = 'dead';--> statement-breakpoint
CREATE TABLE `leases` (
	`name` text PRIMARY KEY NOT NULL,
	`holder` text NOT NULL,
	`epoch` integer NOT NULL,
	`until_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `journal_checkpoints` (
	`size` integer PRIMARY KEY NOT NULL,
	`root` text NOT NULL,
	`frontier` text NOT NULL,
	`note` text NOT NULL,
	`at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `journal_checkpoints_at` ON `journal_checkpoints` (`at_ms`);--> statement-breakpoint
CREATE TABLE `journal_entries` (
	`leaf` integer PRIMARY KEY NOT NULL,
	`eakte_id` text NOT NULL,
	`seq` integer NOT NULL,
	`type` text NOT NULL,
	`at_ms` integer NOT NULL,
	`entry` text NOT NULL,
	`hash` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `journal_entries_chain` ON `journal_entries` (`eakte_id`,`seq`);--> statement-breakpoint
CREATE TABLE `journal_heads` (
	`eakte_id` text PRIMARY KEY NOT NULL,
	`seq` integer NOT NULL,
	`hash` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `contacts` (
	`vorgang_id` text PRIMARY KEY NOT NULL,
	`key_id` text NOT NULL,
	`lang` text NOT NULL,
	`email_sealed` blob,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `information_answers` (
	`id` text PRIMARY KEY NOT NULL,
	`request_id` text NOT NULL,
	`key_id` text NOT NULL,
	`text_sealed` blob NOT NULL,
	`created_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `information_answers_request` ON `information_answers` (`request_id`);--> statement-breakpoint
CREATE TABLE `information_requests` (
	`id` text PRIMARY KEY NOT NULL,
	`vorgang_id` text NOT NULL,
	`key_id` text NOT NULL,
	`text_sealed` blob NOT NULL,
	`due_on` text NOT NULL,
	`state` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`answered_at_ms` integer,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `information_requests_vorgang` ON `information_requests` (`vorgang_id`,`id`);--> statement-breakpoint
CREATE TABLE `decisions` (
	`id` text PRIMARY KEY NOT NULL,
	`vorgang_id` text NOT NULL,
	`outcome` text NOT NULL,
	`key_id` text NOT NULL,
	`content_sealed` blob NOT NULL,
	`content_hash` text NOT NULL,
	`drafted_by` text NOT NULL,
	`drafted_at_ms` integer NOT NULL,
	`state` text NOT NULL,
	`comment_sealed` blob,
	`signed_by` text,
	`signed_at_ms` integer,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `decisions_vorgang` ON `decisions` (`vorgang_id`,`id`);--> statement-breakpoint
CREATE TABLE `notice_retrievals` (
	`id` text PRIMARY KEY NOT NULL,
	`notice_id` text NOT NULL,
	`at_ms` integer NOT NULL,
	FOREIGN KEY (`notice_id`) REFERENCES `notices`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `notice_retrievals_notice` ON `notice_retrievals` (`notice_id`,`at_ms`);--> statement-breakpoint
CREATE TABLE `notices` (
	`id` text PRIMARY KEY NOT NULL,
	`vorgang_id` text NOT NULL,
	`decision_id` text NOT NULL,
	`document_id` text NOT NULL,
	`lang` text NOT NULL,
	`regime` text NOT NULL,
	`issued_at_ms` integer NOT NULL,
	`issued_on` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `notices_vorgang` ON `notices` (`vorgang_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `notices_decision` ON `notices` (`decision_id`);--> statement-breakpoint
CREATE TABLE `postbox_counts` (
	`postbox` text PRIMARY KEY NOT NULL,
	`open` integer NOT NULL,
	`waiting` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `postbox_items` (
	`vorgang_id` text PRIMARY KEY NOT NULL,
	`postbox` text NOT NULL,
	`task_id` text,
	`step` text NOT NULL,
	`state` text NOT NULL,
	`assignee` text,
	`due_on` text NOT NULL,
	`reference` text NOT NULL,
	`aktenzeichen` text NOT NULL,
	`service_slug` text NOT NULL,
	`received_at_ms` integer NOT NULL,
	`is_new` integer NOT NULL,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `postbox_items_open` ON `postbox_items` (`postbox`,`due_on`,`vorgang_id`) WHERE state = 'open';--> statement-breakpoint
CREATE INDEX `postbox_items_mine` ON `postbox_items` (`assignee`,`due_on`,`vorgang_id`) WHERE state = 'open';--> statement-breakpoint
CREATE INDEX `postbox_items_state` ON `postbox_items` (`postbox`,`state`,`due_on`,`vorgang_id`);--> statement-breakpoint
CREATE TABLE `release_pointer` (
	`id` integer PRIMARY KEY NOT NULL,
	`release_id` text NOT NULL,
	`version` integer NOT NULL,
	FOREIGN KEY (`release_id`) REFERENCES `releases`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `releases` (
	`id` text PRIMARY KEY NOT NULL,
	`created_at_ms` integer NOT NULL,
	`created_by` text NOT NULL,
	`content_revision_id` text NOT NULL,
	`manifest_digest` text NOT NULL,
	`pages_total` integer NOT NULL,
	`pages_rendered` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `drafts` (
	`id` text PRIMARY KEY NOT NULL,
	`service_slug` text NOT NULL,
	`form_digest` text NOT NULL,
	`content_revision_id` text NOT NULL,
	`lang` text NOT NULL,
	`key_id` text NOT NULL,
	`answers_sealed` blob NOT NULL,
	`state` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL,
	`expires_at_ms` integer NOT NULL,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `drafts_expiry` ON `drafts` (`expires_at_ms`,`id`) WHERE state = 'open';--> statement-breakpoint
CREATE TABLE `submissions` (
	`id` text PRIMARY KEY NOT NULL,
	`vorgang_id` text NOT NULL,
	`draft_id` text NOT NULL,
	`service_slug` text NOT NULL,
	`form_digest` text NOT NULL,
	`content_revision_id` text NOT NULL,
	`lang` text NOT NULL,
	`key_id` text NOT NULL,
	`answers_sealed` blob NOT NULL,
	`received_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `submissions_draft` ON `submissions` (`draft_id`);--> statement-breakpoint
CREATE INDEX `submissions_vorgang` ON `submissions` (`vorgang_id`);--> statement-breakpoint
CREATE TABLE `process_instances` (
	`vorgang_id` text PRIMARY KEY NOT NULL,
	`definition_digest` text NOT NULL,
	`state` text NOT NULL,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `tasks` (
	`id` text PRIMARY KEY NOT NULL,
	`vorgang_id` text NOT NULL,
	`key` text NOT NULL,
	`node` text NOT NULL,
	`postbox` text NOT NULL,
	`state` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`completed_at_ms` integer,
	`completed_by` text,
	`outcome` text,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `tasks_vorgang` ON `tasks` (`vorgang_id`,`state`);--> statement-breakpoint
CREATE TABLE `changes` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`topic` text NOT NULL,
	`entity_id` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `counters` (
	`name` text PRIMARY KEY NOT NULL,
	`value` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `idempotency` (
	`key` text PRIMARY KEY NOT NULL,
	`fingerprint` text NOT NULL,
	`status` integer NOT NULL,
	`location` text NOT NULL,
	`ids` text NOT NULL,
	`at_ms` integer NOT NULL
);
