-- What editors decide today for a day to come. (0016_deliveries was taken in before it.)
CREATE TABLE `law_changes` (
	`id` text PRIMARY KEY NOT NULL,
	`law_table` text NOT NULL,
	`row_id` text NOT NULL,
	`valid_from` text NOT NULL,
	`row_json` text NOT NULL,
	`note` text NOT NULL,
	`state` text NOT NULL,
	`proposed_by` text NOT NULL,
	`proposed_at_ms` integer NOT NULL,
	`decided_by` text,
	`decided_at_ms` integer,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `law_changes_state` ON `law_changes` (`state`,`id`);
--> statement-breakpoint
CREATE UNIQUE INDEX `law_changes_open` ON `law_changes` (`law_table`,`row_id`,`valid_from`) WHERE state = 'proposed';
--> statement-breakpoint
CREATE TABLE `planned_publications` (
	`slug` text PRIMARY KEY NOT NULL,
	`workspace_version` integer NOT NULL,
	`on_day` text NOT NULL,
	`german_parts` integer NOT NULL,
	`planned_by` text NOT NULL,
	`planned_at_ms` integer NOT NULL,
	`failure` text,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `vorgaenge_open_revision` ON `vorgaenge` (`content_revision_id`) WHERE closed_at_ms is null;
