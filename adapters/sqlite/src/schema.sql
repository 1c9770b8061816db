-- A run: what a program calls by one name, however often it is begun.
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    -- Random: tells the run apart from those of other files, and of its name that were forgotten.
    key TEXT
) STRICT;

-- Each time that a process begins a run, or goes on with it.
CREATE TABLE starts (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    began_us INTEGER NOT NULL,
    -- Without these three the process has not ended the run: it is running, was dropped, or crashed.
    ended_us INTEGER,
    exit_code INTEGER,
    pipeline TEXT
) STRICT;
CREATE INDEX starts_by_run ON starts (run);

-- How each step ended, in the order of declaration.
CREATE TABLE endings (
    start INTEGER NOT NULL REFERENCES starts ON DELETE CASCADE,
    number INTEGER NOT NULL,
    step TEXT NOT NULL,
    status TEXT NOT NULL,
    cause TEXT,
    attempts INTEGER NOT NULL,
    began_us INTEGER,
    duration_us INTEGER NOT NULL,
    -- With its sources, in words.
    error TEXT,
    PRIMARY KEY (start, number)
) STRICT, WITHOUT ROWID;

-- The results that are stored. One that is NULL is of a step that skipped itself.
CREATE TABLE checkpoints (
    run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    step TEXT NOT NULL,
    fingerprint INTEGER NOT NULL,
    result TEXT,
    attempts INTEGER NOT NULL,
    began_us INTEGER,
    duration_us INTEGER NOT NULL,
    UNIQUE (run, step)
) STRICT;
