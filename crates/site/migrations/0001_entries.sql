-- Everything that came, went or was decided, in the order in which it was committed. Append-only.
-- An older program can open this file: there is none.
CREATE TABLE entries (
    number    INTEGER PRIMARY KEY,      -- from 1, without gaps
    at_us     INTEGER NOT NULL,         -- microseconds since 1970-01-01 UTC
    charger   TEXT    NOT NULL,         -- OCPP identity; empty for what concerns the site
    direction INTEGER NOT NULL,         -- 0 from the charger, 1 to the charger, 2 an event of ours
    bytes     BLOB    NOT NULL,         -- as it went over the wire, secrets masked
    hash      BLOB    NOT NULL          -- SHA-256 chain over all of the above
) STRICT;
-- No index by charger: with many chargers every commit would touch a page of each. A charger's record knows its first
-- and last entry, and between those a scan is quick.
CREATE TRIGGER entries_stay BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER entries_remain BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;

-- A charger's record as it stood at one entry: only to start faster, it can always be built again from the entries.
CREATE TABLE records (
    charger TEXT    PRIMARY KEY,
    as_of   INTEGER NOT NULL,
    json    BLOB    NOT NULL
) STRICT;

-- What a person set for the whole site, as JSON.
CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
