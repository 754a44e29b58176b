//! Clubs, clocks and faulty disks for tests: a dev-dependency of every floor.
