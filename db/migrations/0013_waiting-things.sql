CREATE TABLE `postbox_items_new` (
	`id` text PRIMARY KEY NOT NULL,
	`vorgang_id` text NOT NULL,
	`kind` text NOT NULL,
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
	`title` text,
	`waits_for` text,
	`prepared_by` text,
	`version` integer NOT NULL,
	`lane` text GENERATED ALWAYS AS (CASE state WHEN 'open' THEN CASE WHEN prepared_by IS NULL THEN CASE WHEN assignee IS NULL THEN 'free' ELSE 'taken' END WHEN assignee IS NULL THEN 'sign' ELSE 'signing' END ELSE state END) VIRTUAL NOT NULL
);
--> statement-breakpoint
INSERT INTO postbox_items_new (id, kind, vorgang_id, postbox, task_id, step, state, assignee, due_on, reference, aktenzeichen, service_slug, received_at_ms, is_new, title, waits_for, prepared_by, version) SELECT vorgang_id, 'case', vorgang_id, postbox, task_id, step, state, assignee, due_on, reference, aktenzeichen, service_slug, received_at_ms, is_new, title, waits_for, prepared_by, version FROM postbox_items;
--> statement-breakpoint
DROP TABLE postbox_items;
--> statement-breakpoint
ALTER TABLE postbox_items_new RENAME TO postbox_items;
--> statement-breakpoint
CREATE INDEX `postbox_items_postbox` ON `postbox_items` (`postbox`,`lane`,`due_on`,`id`);
--> statement-breakpoint
CREATE INDEX `postbox_items_service` ON `postbox_items` (`postbox`,`service_slug`,`lane`,`due_on`,`id`);
--> statement-breakpoint
CREATE INDEX `postbox_items_assignee` ON `postbox_items` (`assignee`,`lane`,`due_on`,`id`) WHERE assignee IS NOT NULL;
--> statement-breakpoint
CREATE INDEX `postbox_items_vorgang` ON `postbox_items` (`vorgang_id`);
--> statement-breakpoint
INSERT INTO postbox_items (id, vorgang_id, kind, postbox, task_id, step, state, assignee, due_on, reference, aktenzeichen, service_slug, received_at_ms, is_new, title, waits_for, prepared_by, version) SELECT t.id, t.vorgang_id, 'task', t.postbox, t.id, t.node, 'open', NULL, i.due_on, i.reference, i.aktenzeichen, i.service_slug, i.received_at_ms, 1, NULL, NULL, NULL, 1 FROM tasks t JOIN postbox_items i ON i.id = t.vorgang_id WHERE t.state = 'open' AND t.id IS NOT i.task_id;
--> statement-breakpoint
DROP TABLE postbox_counts;
--> statement-breakpoint
CREATE TABLE `work_counts` (
	`owner` text NOT NULL,
	`lane` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`owner`, `lane`)
);
--> statement-breakpoint
CREATE TABLE `work_due` (
	`owner` text NOT NULL,
	`due_on` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`owner`, `due_on`)
);
--> statement-breakpoint
INSERT INTO work_counts (owner, lane, count) SELECT 'postbox:' || postbox, lane, count(*) FROM postbox_items WHERE state <> 'done' GROUP BY postbox, lane UNION ALL SELECT 'staff:' || assignee, lane, count(*) FROM postbox_items WHERE state <> 'done' AND assignee IS NOT NULL GROUP BY assignee, lane;
--> statement-breakpoint
INSERT INTO work_due (owner, due_on, count) SELECT CASE WHEN assignee IS NULL THEN 'postbox:' || postbox ELSE 'staff:' || assignee END, due_on, count(*) FROM postbox_items WHERE state = 'open' GROUP BY 1, 2;
--> statement-breakpoint
CREATE TRIGGER postbox_items_counted AFTER INSERT ON postbox_items
BEGIN
  INSERT INTO work_counts (owner, lane, count) SELECT 'postbox:' || NEW.postbox, NEW.lane, 1 WHERE NEW.state <> 'done' ON CONFLICT (owner, lane) DO UPDATE SET count = count + 1;
  INSERT INTO work_counts (owner, lane, count) SELECT 'staff:' || NEW.assignee, NEW.lane, 1 WHERE NEW.state <> 'done' AND NEW.assignee IS NOT NULL ON CONFLICT (owner, lane) DO UPDATE SET count = count + 1;
  INSERT INTO work_due (owner, due_on, count) SELECT CASE WHEN NEW.assignee IS NULL THEN 'postbox:' || NEW.postbox ELSE 'staff:' || NEW.assignee END, NEW.due_on, 1 WHERE NEW.state = 'open' ON CONFLICT (owner, due_on) DO UPDATE SET count = count + 1;
END;
--> statement-breakpoint
CREATE TRIGGER postbox_items_uncounted AFTER DELETE ON postbox_items
BEGIN
  UPDATE work_counts SET count = count - 1 WHERE OLD.state <> 'done' AND owner IN ('postbox:' || OLD.postbox, 'staff:' || OLD.assignee) AND lane = OLD.lane;
  UPDATE work_due SET count = count - 1 WHERE OLD.state = 'open' AND owner = CASE WHEN OLD.assignee IS NULL THEN 'postbox:' || OLD.postbox ELSE 'staff:' || OLD.assignee END AND due_on = OLD.due_on;
  DELETE FROM work_due WHERE owner = CASE WHEN OLD.assignee IS NULL THEN 'postbox:' || OLD.postbox ELSE 'staff:' || OLD.assignee END AND due_on = OLD.due_on AND count = 0;
END;
--> statement-breakpoint
CREATE TRIGGER postbox_items_recounted AFTER UPDATE OF postbox, state, assignee, prepared_by, due_on ON postbox_items WHEN OLD.postbox IS NOT NEW.postbox OR OLD.lane IS NOT NEW.lane OR OLD.assignee IS NOT NEW.assignee OR OLD.due_on IS NOT NEW.due_on
BEGIN
  UPDATE work_counts SET count = count - 1 WHERE OLD.state <> 'done' AND owner IN ('postbox:' || OLD.postbox, 'staff:' || OLD.assignee) AND lane = OLD.lane;
  UPDATE work_due SET count = count - 1 WHERE OLD.state = 'open' AND owner = CASE WHEN OLD.assignee IS NULL THEN 'postbox:' || OLD.postbox ELSE 'staff:' || OLD.assignee END AND due_on = OLD.due_on;
  DELETE FROM work_due WHERE owner = CASE WHEN OLD.assignee IS NULL THEN 'postbox:' || OLD.postbox ELSE 'staff:' || OLD.assignee END AND due_on = OLD.due_on AND count = 0;
  INSERT INTO work_counts (owner, lane, count) SELECT 'postbox:' || NEW.postbox, NEW.lane, 1 WHERE NEW.state <> 'done' ON CONFLICT (owner, lane) DO UPDATE SET count = count + 1;
  INSERT INTO work_counts (owner, lane, count) SELECT 'staff:' || NEW.assignee, NEW.lane, 1 WHERE NEW.state <> 'done' AND NEW.assignee IS NOT NULL ON CONFLICT (owner, lane) DO UPDATE SET count = count + 1;
  INSERT INTO work_due (owner, due_on, count) SELECT CASE WHEN NEW.assignee IS NULL THEN 'postbox:' || NEW.postbox ELSE 'staff:' || NEW.assignee END, NEW.due_on, 1 WHERE NEW.state = 'open' ON CONFLICT (owner, due_on) DO UPDATE SET count = count + 1;
END;
