-- Append-only tables refuse UPDATE, DELETE and INSERT OR REPLACE. Deleting is open to disposal only (eAkte in state 'disposing').
--> statement-breakpoint
CREATE TRIGGER journal_entries_no_update BEFORE UPDATE ON journal_entries
BEGIN
  SELECT RAISE(ABORT, 'journal_entries.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER journal_entries_no_replace BEFORE INSERT ON journal_entries WHEN EXISTS (SELECT 1 FROM journal_entries WHERE leaf = NEW.leaf)
BEGIN
  SELECT RAISE(ABORT, 'journal_entries.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER journal_checkpoints_no_update BEFORE UPDATE ON journal_checkpoints
BEGIN
  SELECT RAISE(ABORT, 'journal_checkpoints.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER journal_checkpoints_no_replace BEFORE INSERT ON journal_checkpoints WHEN EXISTS (SELECT 1 FROM journal_checkpoints WHERE size = NEW.size)
BEGIN
  SELECT RAISE(ABORT, 'journal_checkpoints.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER submissions_no_update BEFORE UPDATE ON submissions
BEGIN
  SELECT RAISE(ABORT, 'submissions.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER submissions_no_replace BEFORE INSERT ON submissions WHEN EXISTS (SELECT 1 FROM submissions WHERE id = NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'submissions.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER document_versions_no_update BEFORE UPDATE ON document_versions
BEGIN
  SELECT RAISE(ABORT, 'document_versions.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER document_versions_no_replace BEFORE INSERT ON document_versions WHEN EXISTS (SELECT 1 FROM document_versions WHERE id = NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'document_versions.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER notices_no_update BEFORE UPDATE ON notices
BEGIN
  SELECT RAISE(ABORT, 'notices.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER notices_no_replace BEFORE INSERT ON notices WHEN EXISTS (SELECT 1 FROM notices WHERE id = NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'notices.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER notice_retrievals_no_update BEFORE UPDATE ON notice_retrievals
BEGIN
  SELECT RAISE(ABORT, 'notice_retrievals.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER notice_retrievals_no_replace BEFORE INSERT ON notice_retrievals WHEN EXISTS (SELECT 1 FROM notice_retrievals WHERE id = NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'notice_retrievals.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER content_revisions_no_update BEFORE UPDATE ON content_revisions
BEGIN
  SELECT RAISE(ABORT, 'content_revisions.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER content_revisions_no_replace BEFORE INSERT ON content_revisions WHEN EXISTS (SELECT 1 FROM content_revisions WHERE id = NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'content_revisions.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER releases_no_update BEFORE UPDATE ON releases
BEGIN
  SELECT RAISE(ABORT, 'releases.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER releases_no_replace BEFORE INSERT ON releases WHEN EXISTS (SELECT 1 FROM releases WHERE id = NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'releases.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER journal_entries_no_delete BEFORE DELETE ON journal_entries
BEGIN
  SELECT RAISE(ABORT, 'journal_entries.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER journal_checkpoints_no_delete BEFORE DELETE ON journal_checkpoints
BEGIN
  SELECT RAISE(ABORT, 'journal_checkpoints.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER content_revisions_no_delete BEFORE DELETE ON content_revisions
BEGIN
  SELECT RAISE(ABORT, 'content_revisions.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER releases_no_delete BEFORE DELETE ON releases
BEGIN
  SELECT RAISE(ABORT, 'releases.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER submissions_no_delete BEFORE DELETE ON submissions WHEN NOT EXISTS (SELECT 1 FROM vorgaenge v JOIN eakten e ON e.id = v.eakte_id WHERE v.id = OLD.vorgang_id AND e.state = 'disposing')
BEGIN
  SELECT RAISE(ABORT, 'submissions.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER notices_no_delete BEFORE DELETE ON notices WHEN NOT EXISTS (SELECT 1 FROM vorgaenge v JOIN eakten e ON e.id = v.eakte_id WHERE v.id = OLD.vorgang_id AND e.state = 'disposing')
BEGIN
  SELECT RAISE(ABORT, 'notices.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER document_versions_no_delete BEFORE DELETE ON document_versions WHEN NOT EXISTS (SELECT 1 FROM documents d JOIN eakten e ON e.id = d.eakte_id WHERE d.id = OLD.document_id AND e.state = 'disposing')
BEGIN
  SELECT RAISE(ABORT, 'document_versions.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER notice_retrievals_no_delete BEFORE DELETE ON notice_retrievals WHEN EXISTS (SELECT 1 FROM notices n WHERE n.id = OLD.notice_id)
BEGIN
  SELECT RAISE(ABORT, 'notice_retrievals.append_only');
END;
--> statement-breakpoint
CREATE TRIGGER journal_entries_in_order BEFORE INSERT ON journal_entries WHEN NEW.leaf IS NOT (SELECT coalesce(max(leaf), -1) + 1 FROM journal_entries)
BEGIN
  SELECT RAISE(ABORT, 'journal_entries.leaf_order');
END;
