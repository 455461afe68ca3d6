ALTER TABLE `paper_codes` ADD `answers_sealed` blob;--> statement-breakpoint
ALTER TABLE `paper_codes` ADD `draft_version` integer;