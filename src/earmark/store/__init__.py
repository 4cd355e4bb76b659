"""What Earmark remembers: tables, and functions that read and write them, for SQLite, PostgreSQL, MySQL and MariaDB."""
