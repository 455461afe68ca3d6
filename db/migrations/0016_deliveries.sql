CREATE TABLE `notice_choices` (
	`vorgang_id` text PRIMARY KEY NOT NULL,
	`choice` text NOT NULL,
	`at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `notice_deliveries` (
	`id` text PRIMARY KEY NOT NULL,
	`notice_id` text NOT NULL,
	`vorgang_id` text NOT NULL,
	`regime` text NOT NULL,
	`chosen_by` text NOT NULL,
	`chosen_source` text NOT NULL,
	`rule` text,
	`provided_at_ms` integer NOT NULL,
	`dispatched_at_ms` integer,
	`dispatched_by` text,
	`notified_on` text,
	`version` integer NOT NULL,
	FOREIGN KEY (`notice_id`) REFERENCES `notices`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `notice_deliveries_vorgang` ON `notice_deliveries` (`vorgang_id`,`id`);
--> statement-breakpoint
CREATE INDEX `notice_deliveries_notice` ON `notice_deliveries` (`notice_id`,`id`);
--> statement-breakpoint
-- Notices of earlier versions were kept ready on the status page, and counted by the only row there was.
INSERT INTO `notice_deliveries`
SELECT id, id, vorgang_id, 'vwvfg_portal', 'bisher@2025-01-01', '§ 41 Abs. 2a VwVfG',
	'{"id":"vwvfg_portal","countsFrom":"retrieval","days":1,"rollsForward":false,"retrieveWithinDays":10,"validFrom":"2025-01-01","source":"§ 41 Abs. 2a VwVfG"}',
	issued_at_ms, NULL, NULL, NULL, 1 FROM `notices`;
