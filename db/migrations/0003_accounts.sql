CREATE TABLE `account_grants` (
	`account_id` text NOT NULL,
	`kind` text NOT NULL,
	`entity_id` text NOT NULL,
	`granted_at_ms` integer NOT NULL,
	PRIMARY KEY(`account_id`, `kind`, `entity_id`),
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `account_grants_entity` ON `account_grants` (`kind`,`entity_id`);--> statement-breakpoint
CREATE TABLE `accounts` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`provider` text NOT NULL,
	`subject_hash` text NOT NULL,
	`key_id` text NOT NULL,
	`attributes_sealed` blob NOT NULL,
	`created_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `accounts_subject` ON `accounts` (`subject_hash`);--> statement-breakpoint
CREATE TABLE `identity_evidence` (
	`submission_id` text PRIMARY KEY NOT NULL,
	`vorgang_id` text NOT NULL,
	`key_id` text NOT NULL,
	`sealed` blob NOT NULL,
	`at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `identity_evidence_vorgang` ON `identity_evidence` (`vorgang_id`);--> statement-breakpoint
CREATE TABLE `saml_assertions` (
	`id` text PRIMARY KEY NOT NULL,
	`used_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `saml_assertions_used` ON `saml_assertions` (`used_at_ms`);--> statement-breakpoint
CREATE TABLE `saml_requests` (
	`id` text PRIMARY KEY NOT NULL,
	`asked_at_ms` integer NOT NULL,
	`expires_at_ms` integer NOT NULL,
	`answered_at_ms` integer,
	`answer_sealed` blob
);
--> statement-breakpoint
CREATE INDEX `saml_requests_expiry` ON `saml_requests` (`expires_at_ms`);--> statement-breakpoint
ALTER TABLE `sessions` ADD `account_id` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `trust_level` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `signed_in_at_ms` integer;--> statement-breakpoint
CREATE INDEX `sessions_account` ON `sessions` (`account_id`);
--> statement-breakpoint
CREATE TRIGGER identity_evidence_no_update BEFORE UPDATE ON identity_evidence
BEGIN
  SELECT RAISE(ABORT, 'identity_evidence.append_only');
END;
