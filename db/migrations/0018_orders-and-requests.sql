CREATE TABLE `orders` (
	`id` text PRIMARY KEY NOT NULL,
	`vorgang_id` text NOT NULL,
	`series_id` text NOT NULL,
	`position` integer NOT NULL,
	`kind` text NOT NULL,
	`state` text NOT NULL,
	`postbox` text NOT NULL,
	`user_id` text,
	`due_on` text NOT NULL,
	`key_id` text NOT NULL,
	`content_sealed` blob NOT NULL,
	`created_by` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`opened_at_ms` integer,
	`answer` text,
	`answer_sealed` blob,
	`ended_by` text,
	`ended_at_ms` integer
);
--> statement-breakpoint
CREATE INDEX `orders_vorgang` ON `orders` (`vorgang_id`,`id`);
--> statement-breakpoint
CREATE INDEX `orders_series` ON `orders` (`series_id`,`position`);
--> statement-breakpoint
CREATE TRIGGER orders_asked_stays BEFORE UPDATE OF id, vorgang_id, series_id, position, kind, postbox, user_id, due_on, key_id, content_sealed, created_by, created_at_ms ON orders
BEGIN
  SELECT RAISE(ABORT, 'orders.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER orders_ended_stays BEFORE UPDATE ON orders WHEN OLD.ended_at_ms IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'orders.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER orders_no_replace BEFORE INSERT ON orders WHEN EXISTS (SELECT 1 FROM orders WHERE id = NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'orders.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER orders_no_delete BEFORE DELETE ON orders WHEN NOT EXISTS (SELECT 1 FROM vorgaenge v JOIN eakten e ON e.id = v.eakte_id WHERE v.id = OLD.vorgang_id AND e.state = 'disposing')
BEGIN
  SELECT RAISE(ABORT, 'orders.append_only');
END;
--> statement-breakpoint
ALTER TABLE `information_requests` ADD `details_sealed` blob;
--> statement-breakpoint
ALTER TABLE `information_answers` ADD `items_sealed` blob;
--> statement-breakpoint
CREATE TABLE `experts` (
	`id` text PRIMARY KEY NOT NULL,
	`vorgang_id` text NOT NULL,
	`state` text NOT NULL,
	`key_id` text NOT NULL,
	`asked_sealed` blob NOT NULL,
	`until_on` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`answer_sealed` blob,
	`ended_at_ms` integer
);
--> statement-breakpoint
CREATE INDEX `experts_vorgang` ON `experts` (`vorgang_id`,`id`);
--> statement-breakpoint
CREATE TRIGGER experts_asked_stays BEFORE UPDATE OF id, vorgang_id, key_id, asked_sealed, until_on, created_by, created_at_ms ON experts
BEGIN
  SELECT RAISE(ABORT, 'experts.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER experts_ended_stays BEFORE UPDATE ON experts WHEN OLD.ended_at_ms IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'experts.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER experts_no_replace BEFORE INSERT ON experts WHEN EXISTS (SELECT 1 FROM experts WHERE id = NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'experts.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER experts_no_delete BEFORE DELETE ON experts WHEN NOT EXISTS (SELECT 1 FROM vorgaenge v JOIN eakten e ON e.id = v.eakte_id WHERE v.id = OLD.vorgang_id AND e.state = 'disposing')
BEGIN
  SELECT RAISE(ABORT, 'experts.append_only');
END;
