-- The password comes in by the file, so that no command line has it; and no log either, whatever the server logs otherwise.
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';
\set password `cat :file`
SELECT format('ALTER ROLE %I PASSWORD %L', rolname, :'password') FROM pg_roles WHERE rolname = :'role' \gexec
