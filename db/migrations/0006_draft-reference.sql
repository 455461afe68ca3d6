ALTER TABLE `drafts` ADD `reference` text;--> statement-breakpoint
CREATE UNIQUE INDEX `drafts_reference` ON `drafts` (`reference`);