-- Deletes from Inngest's PostgreSQL what ended more than seven days ago; never what still runs, sleeps or waits, however old it is.
-- Each statement is a transaction of its own, rows that hang on a run first. inngest.md says how to run it every night.
--
-- Columns as in Inngest v1.43.0: trace_runs.status 50, 300, 400, 500 and 600 have ended; trace_runs.ended_at is in milliseconds.

delete from spans where run_id in (select run_id from trace_runs
  where status in (50, 300, 400, 500, 600) and ended_at < extract(epoch from now() - interval '7 days') * 1000);
delete from traces where run_id in (select run_id from trace_runs
  where status in (50, 300, 400, 500, 600) and ended_at < extract(epoch from now() - interval '7 days') * 1000);
delete from event_batches where run_id in (select run_id from trace_runs
  where status in (50, 300, 400, 500, 600) and ended_at < extract(epoch from now() - interval '7 days') * 1000);
delete from trace_runs
  where status in (50, 300, 400, 500, 600) and ended_at < extract(epoch from now() - interval '7 days') * 1000;

delete from history where run_id in (select run_id from function_finishes where created_at < now() - interval '7 days');
-- An event goes while its runs are still there to say that none of them is unfinished.
delete from events e where e.received_at < now() - interval '7 days' and not exists (
  select from function_runs r left join function_finishes f on f.run_id = r.run_id
  where r.event_id = e.internal_id and f.run_id is null);
delete from function_runs where run_id in (select run_id from function_finishes where created_at < now() - interval '7 days');
delete from function_finishes where created_at < now() - interval '7 days';
