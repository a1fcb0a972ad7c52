BEGIN TRANSACTION;
CREATE TABLE accounts (
	id VARCHAR(32) NOT NULL, 
	name VARCHAR(254) NOT NULL, 
	normal_name VARCHAR(1024) NOT NULL, 
	password_hash VARCHAR(256) NOT NULL, 
	otp_failures INTEGER NOT NULL, 
	otp_wait_until BIGINT NOT NULL, 
	recovery_failures INTEGER NOT NULL, 
	recovery_wait_until BIGINT NOT NULL, 
	created_at BIGINT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (normal_name)
);
INSERT INTO "accounts" VALUES('7b003d96f695083032eb8fe2092d64fd','alice@example.org','alice@example.org','$argon2id$v=19$m=8,t=1,p=1$6Z46jHMCs1ruOeW2HqAQiw$YZIb9VHLhdUpPq4T5s73w6l4aXarBpNs9DifxkI93RY',1,0,0,0,1800000010);
INSERT INTO "accounts" VALUES('eb897faa11f9cbf27f4069e09e363af0','bob@example.org','bob@example.org','$argon2id$v=19$m=8,t=1,p=1$9SO4XTGOc8PYYmyLMl7N0g$61hXjEnGyPeGR/IHPO1lBf39oAfcWWKulbAcnLx2cjs',0,0,0,0,1800000010);
CREATE TABLE audit (
	id INTEGER NOT NULL CHECK (id > 0), 
	at BIGINT NOT NULL, 
	event VARCHAR(32) NOT NULL, 
	account_id VARCHAR(32), 
	reason VARCHAR(32), 
	PRIMARY KEY (id)
);
INSERT INTO "audit" VALUES(1,1800000010,'registered','7b003d96f695083032eb8fe2092d64fd',NULL);
INSERT INTO "audit" VALUES(2,1800000010,'registered','eb897faa11f9cbf27f4069e09e363af0',NULL);
INSERT INTO "audit" VALUES(3,1800000010,'password accepted','7b003d96f695083032eb8fe2092d64fd',NULL);
INSERT INTO "audit" VALUES(4,1800000010,'enrolment started','7b003d96f695083032eb8fe2092d64fd',NULL);
INSERT INTO "audit" VALUES(5,1800000010,'factor bound','7b003d96f695083032eb8fe2092d64fd',NULL);
INSERT INTO "audit" VALUES(6,1800000040,'password accepted','7b003d96f695083032eb8fe2092d64fd',NULL);
INSERT INTO "audit" VALUES(7,1800000040,'logged in','7b003d96f695083032eb8fe2092d64fd',NULL);
INSERT INTO "audit" VALUES(8,1800000070,'password refused','eb897faa11f9cbf27f4069e09e363af0','wrong password');
INSERT INTO "audit" VALUES(9,1800000070,'password accepted','7b003d96f695083032eb8fe2092d64fd',NULL);
INSERT INTO "audit" VALUES(10,1800000070,'recovered','7b003d96f695083032eb8fe2092d64fd',NULL);
INSERT INTO "audit" VALUES(11,1800000070,'password accepted','eb897faa11f9cbf27f4069e09e363af0',NULL);
INSERT INTO "audit" VALUES(12,1800000070,'enrolment started','eb897faa11f9cbf27f4069e09e363af0',NULL);
INSERT INTO "audit" VALUES(13,1800000070,'password accepted','7b003d96f695083032eb8fe2092d64fd',NULL);
INSERT INTO "audit" VALUES(14,1800000070,'code refused','7b003d96f695083032eb8fe2092d64fd','no match');
CREATE TABLE enrolments (
	token_hash VARCHAR(64) NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	factor_id VARCHAR(32) NOT NULL, 
	basis VARCHAR(16) NOT NULL, 
	session_hash VARCHAR(64), 
	sealed_secret BLOB NOT NULL, 
	key_id VARCHAR(16) NOT NULL, 
	digits INTEGER NOT NULL, 
	period_seconds INTEGER NOT NULL, 
	algorithm VARCHAR(8) NOT NULL, 
	wrong_codes INTEGER NOT NULL, 
	expires_at BIGINT NOT NULL, 
	ended VARCHAR(16), 
	PRIMARY KEY (token_hash), 
	FOREIGN KEY(account_id) REFERENCES accounts (id)
);
INSERT INTO "enrolments" VALUES('685ce0e697684d6f8e9cdea51f762a9cfc952685baa4eea0c98decc8f73c4278','7b003d96f695083032eb8fe2092d64fd','68c8e289635488dac53b4908fe6f5ed9','first factor',NULL,X'730385566D8412FBD66DB990EF794423571E9743815C3FE2A68CF286B566B7EC875E7A7BE8E99A2A69E2611B764968B88CA73BEF5915D47E7F1A9809','2cc9609dbc9978a4',6,30,'SHA1',0,1800000910,'completed');
INSERT INTO "enrolments" VALUES('1009853de13559c8b470685895d3744da5b12a17c2167177c8c796060eafe318','eb897faa11f9cbf27f4069e09e363af0','f24160e9c6b9b7677f9f872c624d8b47','first factor',NULL,X'196AC02472001ECE7A713F415B3FE04CB424966033DC129C6999A9CB561C1B24684B65204A70E11544EA20AD8406B5701D60A6BC4C20A43BDC68EC14','2cc9609dbc9978a4',6,30,'SHA1',0,1800000970,NULL);
CREATE TABLE factors (
	id VARCHAR(32) NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	state VARCHAR(8) NOT NULL, 
	sealed_secret BLOB NOT NULL, 
	key_id VARCHAR(16) NOT NULL, 
	digits INTEGER NOT NULL, 
	period_seconds INTEGER NOT NULL, 
	algorithm VARCHAR(8) NOT NULL, 
	last_step BIGINT NOT NULL, 
	created_at BIGINT NOT NULL, 
	resync_steps INTEGER DEFAULT '0' NOT NULL, 
	drift_steps INTEGER DEFAULT '0' NOT NULL, 
	drift_at BIGINT DEFAULT '0' NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(account_id) REFERENCES accounts (id)
);
INSERT INTO "factors" VALUES('68c8e289635488dac53b4908fe6f5ed9','7b003d96f695083032eb8fe2092d64fd','active',X'730385566D8412FBD66DB990EF794423571E9743815C3FE2A68CF286B566B7EC875E7A7BE8E99A2A69E2611B764968B88CA73BEF5915D47E7F1A9809','2cc9609dbc9978a4',6,30,'SHA1',60000001,1800000010,0,0,0);
CREATE TABLE mfa_lab (
	schema_version INTEGER NOT NULL, 
	key_id VARCHAR(16) NOT NULL, 
	key_check VARCHAR(64) NOT NULL
);
INSERT INTO "mfa_lab" VALUES(2,'2cc9609dbc9978a4','9c007277910a487ee1154cc000481c549c9cef35dca4ca06dd00d06c91cacb9c');
CREATE TABLE notices (
	id INTEGER NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	at BIGINT NOT NULL, 
	event VARCHAR(32) NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(account_id) REFERENCES accounts (id)
);
INSERT INTO "notices" VALUES(1,'7b003d96f695083032eb8fe2092d64fd',1800000010,'factor bound');
INSERT INTO "notices" VALUES(2,'7b003d96f695083032eb8fe2092d64fd',1800000070,'recovered');
CREATE TABLE pendings (
	token_hash VARCHAR(64) NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	permits VARCHAR(16) NOT NULL, 
	wrong_codes INTEGER NOT NULL, 
	expires_at BIGINT NOT NULL, 
	ended VARCHAR(16), 
	PRIMARY KEY (token_hash), 
	FOREIGN KEY(account_id) REFERENCES accounts (id)
)
 WITHOUT ROWID

;
INSERT INTO "pendings" VALUES('234886267e77078078dc08e8afe40dfa463d6296f856afb8b3e04565d50e1df1','7b003d96f695083032eb8fe2092d64fd','new factor',0,1800000370,NULL);
INSERT INTO "pendings" VALUES('2cfe519b6f0f4f6204fbeb6717ca561e3b6b73f618859d4af076baa1a212c278','7b003d96f695083032eb8fe2092d64fd','code',0,1800000340,'completed');
INSERT INTO "pendings" VALUES('34962726f5726256d8b5c0c15b36e5fee7fbbf0f44cff4f575a5fd2f7182f8b1','7b003d96f695083032eb8fe2092d64fd','code',1,1800000370,'completed');
INSERT INTO "pendings" VALUES('352336a182fc192aec592053b5e37c0841fa2fbbd0aafbb7aad7ad5d1bf82c72','7b003d96f695083032eb8fe2092d64fd','code',1,1800000370,NULL);
INSERT INTO "pendings" VALUES('6f6601b632a7a8301f12a891f85f056e3b28c1f404d151abd48035481d378446','7b003d96f695083032eb8fe2092d64fd','first factor',0,1800000310,'superseded');
INSERT INTO "pendings" VALUES('a8f10e97a4f8547a8de4093daca4f785ed746b8cb230d7bc96db9c0dc3a27e1b','eb897faa11f9cbf27f4069e09e363af0','first factor',0,1800000370,NULL);
CREATE TABLE recovery_codes (
	id INTEGER NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	encoded VARCHAR(256) NOT NULL, 
	used_at BIGINT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(account_id) REFERENCES accounts (id)
);
INSERT INTO "recovery_codes" VALUES(1,'7b003d96f695083032eb8fe2092d64fd','$argon2id$v=19$m=8,t=1,p=1$qltc40M7lJyB6HTZgjg66g$QVhzmaSdT9N/zsEfphkZgtTHVWEYZt5DHEed19xGTUg',1800000070);
INSERT INTO "recovery_codes" VALUES(2,'7b003d96f695083032eb8fe2092d64fd','$argon2id$v=19$m=8,t=1,p=1$qltc40M7lJyB6HTZgjg66g$s1EqgSpSTZ8g0KUrcpplEJY33oBPozv0NJe6D9Om47M',NULL);
INSERT INTO "recovery_codes" VALUES(3,'7b003d96f695083032eb8fe2092d64fd','$argon2id$v=19$m=8,t=1,p=1$qltc40M7lJyB6HTZgjg66g$6JjS1sYBJom2Xp+zZ8hu7k/JW+NpG3rAr1Fow7YVJs4',NULL);
INSERT INTO "recovery_codes" VALUES(4,'7b003d96f695083032eb8fe2092d64fd','$argon2id$v=19$m=8,t=1,p=1$qltc40M7lJyB6HTZgjg66g$6fC0DUr9gMKIu/yKadTJ6iKOd3G9d1Mqlo/Ej8WFal8',NULL);
INSERT INTO "recovery_codes" VALUES(5,'7b003d96f695083032eb8fe2092d64fd','$argon2id$v=19$m=8,t=1,p=1$qltc40M7lJyB6HTZgjg66g$htVqj1BxEeU7XDsZ9/OcDJDSJ2Btt5bnAEXYXIS3FSk',NULL);
INSERT INTO "recovery_codes" VALUES(6,'7b003d96f695083032eb8fe2092d64fd','$argon2id$v=19$m=8,t=1,p=1$qltc40M7lJyB6HTZgjg66g$hQfqcRQybikp+5Tzafb6RiM44aNLkYsFqcBV+MpdLQ0',NULL);
INSERT INTO "recovery_codes" VALUES(7,'7b003d96f695083032eb8fe2092d64fd','$argon2id$v=19$m=8,t=1,p=1$qltc40M7lJyB6HTZgjg66g$Z7qva1HeO164U158H9RBEhVzrjP874XktnYYxC0ZlKI',NULL);
INSERT INTO "recovery_codes" VALUES(8,'7b003d96f695083032eb8fe2092d64fd','$argon2id$v=19$m=8,t=1,p=1$qltc40M7lJyB6HTZgjg66g$9Zq3j+QzPQYh0RCtJTrvADJlHZLFDL4Njix9RmqYDkA',NULL);
INSERT INTO "recovery_codes" VALUES(9,'7b003d96f695083032eb8fe2092d64fd','$argon2id$v=19$m=8,t=1,p=1$qltc40M7lJyB6HTZgjg66g$4ABaKyGYZ85445ysXZ1KoNuKcxX43IJYins5ap5VdXY',NULL);
INSERT INTO "recovery_codes" VALUES(10,'7b003d96f695083032eb8fe2092d64fd','$argon2id$v=19$m=8,t=1,p=1$qltc40M7lJyB6HTZgjg66g$hajeRnnXpwyzgQX80LQaQryZEezjTrWadqVwANbXG4I',NULL);
INSERT INTO "recovery_codes" VALUES(11,'7b003d96f695083032eb8fe2092d64fd','$argon2id$v=19$m=8,t=1,p=1$9xc8KN1FR6W4CBOVmY+OkQ$sry75V/+cUY/QAEprfDh3ksZUPMyL/vrZi3ZNQHZVZw',NULL);
CREATE TABLE sessions (
	token_hash VARCHAR(64) NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	created_at BIGINT NOT NULL, 
	seen_at BIGINT NOT NULL, 
	ended VARCHAR(16), 
	PRIMARY KEY (token_hash), 
	FOREIGN KEY(account_id) REFERENCES accounts (id)
)
 WITHOUT ROWID

;
INSERT INTO "sessions" VALUES('89139e42216b7a65aa079d0a6a056b6429ae9dbec373d14e2798b99a4843547e','7b003d96f695083032eb8fe2092d64fd',1800000040,1800000040,NULL);
CREATE TABLE throttles (
	"key" VARCHAR(64) NOT NULL, 
	failures INTEGER NOT NULL, 
	wait_until BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	PRIMARY KEY ("key")
)
 WITHOUT ROWID

;
CREATE INDEX ix_throttles_expires_at ON throttles (expires_at);
CREATE TRIGGER audit_keeps_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_keeps_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_keeps_insert BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE INDEX ix_factors_account_id ON factors (account_id);
CREATE INDEX ix_pendings_account_id ON pendings (account_id);
CREATE INDEX ix_pendings_expires_at ON pendings (expires_at);
CREATE INDEX ix_enrolments_account_id ON enrolments (account_id);
CREATE INDEX ix_enrolments_expires_at ON enrolments (expires_at);
CREATE INDEX ix_sessions_account_id ON sessions (account_id);
CREATE INDEX ix_sessions_seen_at ON sessions (seen_at);
CREATE INDEX ix_recovery_codes_account_id ON recovery_codes (account_id);
CREATE INDEX ix_notices_account_id ON notices (account_id);
COMMIT;
