CREATE TABLE `payment_exemptions` (
	`id` text PRIMARY KEY NOT NULL,
	`vorgang_id` text NOT NULL,
	`key_id` text NOT NULL,
	`is_granted` integer NOT NULL,
	`reasons_sealed` blob NOT NULL,
	`decided_by` text NOT NULL,
	`decided_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `payment_exemptions_vorgang` ON `payment_exemptions` (`vorgang_id`,`id`);--> statement-breakpoint
CREATE TABLE `payment_transactions` (
	`id` text PRIMARY KEY NOT NULL,
	`payment_id` text NOT NULL,
	`provider` text NOT NULL,
	`provider_transaction_id` text,
	`provider_reference` text,
	`amount_cents` integer NOT NULL,
	`state` text NOT NULL,
	`is_surplus` integer NOT NULL,
	`reported_cents` integer,
	`method` text,
	`reason` text,
	`redirect_sealed` blob,
	`created_at_ms` integer NOT NULL,
	`settled_at_ms` integer,
	`version` integer NOT NULL,
	FOREIGN KEY (`payment_id`) REFERENCES `payments`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `payment_transactions_payment` ON `payment_transactions` (`payment_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `payment_transactions_provider` ON `payment_transactions` (`provider`,`provider_transaction_id`) WHERE provider_transaction_id is not null;--> statement-breakpoint
CREATE TABLE `payments` (
	`id` text PRIMARY KEY NOT NULL,
	`vorgang_id` text NOT NULL,
	`eakte_id` text NOT NULL,
	`key_id` text NOT NULL,
	`effect_key` text NOT NULL,
	`amount_cents` integer NOT NULL,
	`payment_reference` text NOT NULL,
	`details_sealed` blob NOT NULL,
	`state` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`paid_at_ms` integer,
	`transaction_id` text,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `payments_step` ON `payments` (`vorgang_id`,`effect_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `payments_reference` ON `payments` (`payment_reference`);