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
	codes_issue VARCHAR(32) DEFAULT '' NOT NULL, 
	codes_kept_at BIGINT, 
	PRIMARY KEY (id), 
	UNIQUE (normal_name)
);
INSERT INTO "accounts" VALUES('fe95f469d6378e51ec787bbf656296f7','alice@example.org','alice@example.org','$argon2id$v=19$m=8,t=1,p=1$31+4Vl08S3qN2V0FhRRB2A$kS6m6G47m0GPn7fCSOiIHQhPs+Yvh7gfwUrzh0PuyfI',1,0,0,0,1800000010,'6beda0b149a9b19da5b94d7c17a295b8',NULL);
INSERT INTO "accounts" VALUES('2017b3d0278f390d4271a1400db0840c','bob@example.org','bob@example.org','$argon2id$v=19$m=8,t=1,p=1$0YwsZg1HVrDOszdOnSWosA$eXPBB03sKzQOKMJZbqS55RgyD1nl0TC+VabvjdJNCyE',0,0,0,0,1800000010,'',NULL);
CREATE TABLE audit (
	id INTEGER NOT NULL CHECK (id > 0), 
	at BIGINT NOT NULL, 
	event VARCHAR(32) NOT NULL, 
	account_id VARCHAR(32), 
	reason VARCHAR(32), 
	PRIMARY KEY (id)
);
INSERT INTO "audit" VALUES(1,1800000010,'registered','fe95f469d6378e51ec787bbf656296f7',NULL);
INSERT INTO "audit" VALUES(2,1800000010,'registered','2017b3d0278f390d4271a1400db0840c',NULL);
INSERT INTO "audit" VALUES(3,1800000010,'password accepted','fe95f469d6378e51ec787bbf656296f7',NULL);
INSERT INTO "audit" VALUES(4,1800000010,'enrolment started','fe95f469d6378e51ec787bbf656296f7',NULL);
INSERT INTO "audit" VALUES(5,1800000010,'factor bound','fe95f469d6378e51ec787bbf656296f7',NULL);
INSERT INTO "audit" VALUES(6,1800000040,'password accepted','fe95f469d6378e51ec787bbf656296f7',NULL);
INSERT INTO "audit" VALUES(7,1800000040,'logged in','fe95f469d6378e51ec787bbf656296f7',NULL);
INSERT INTO "audit" VALUES(8,1800000070,'password refused','2017b3d0278f390d4271a1400db0840c','wrong password');
INSERT INTO "audit" VALUES(9,1800000070,'password accepted','fe95f469d6378e51ec787bbf656296f7',NULL);
INSERT INTO "audit" VALUES(10,1800000070,'recovered','fe95f469d6378e51ec787bbf656296f7',NULL);
INSERT INTO "audit" VALUES(11,1800000070,'password accepted','2017b3d0278f390d4271a1400db0840c',NULL);
INSERT INTO "audit" VALUES(12,1800000070,'enrolment started','2017b3d0278f390d4271a1400db0840c',NULL);
INSERT INTO "audit" VALUES(13,1800000070,'password accepted','fe95f469d6378e51ec787bbf656296f7',NULL);
INSERT INTO "audit" VALUES(14,1800000070,'code refused','fe95f469d6378e51ec787bbf656296f7','no match');
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
	label VARCHAR(64) DEFAULT '' NOT NULL, 
	PRIMARY KEY (token_hash), 
	FOREIGN KEY(account_id) REFERENCES accounts (id)
);
INSERT INTO "enrolments" VALUES('5cac51ff0a9cb11eb4b0e36128612c6c7e88b5633aafb7f6e7f9f89436ad780b','fe95f469d6378e51ec787bbf656296f7','f6c11aff6fbdbe7165e45ef908f5d951','first factor',NULL,X'643FBAC68BD453CBF4C271B44DE25A5FCB225772BE5D06516F42EC2108D205398D0CD60B829A380DC4013002CC8A5C5B8CF974A9D3DE8243265CE8B1','2cc9609dbc9978a4',6,30,'SHA1',0,1800000910,'completed','');
INSERT INTO "enrolments" VALUES('e6f7aeaac40cc944172b3e1f0cbb4815f14196abb7d4059c3dde8364d061d5e9','2017b3d0278f390d4271a1400db0840c','60e2b95d875b7799aefe5fb35b46fb51','first factor',NULL,X'2DE53F502C3298CAADD74C2ED2FCAF7BE69DC788934701E85E32562B8057EAF18E0171E1AEF3C158540737B26D337C96955A5FA2BB8AC2DB91B3D75B','2cc9609dbc9978a4',6,30,'SHA1',0,1800000970,NULL,'');
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
	label VARCHAR(64) DEFAULT '' NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(account_id) REFERENCES accounts (id)
);
INSERT INTO "factors" VALUES('f6c11aff6fbdbe7165e45ef908f5d951','fe95f469d6378e51ec787bbf656296f7','active',X'643FBAC68BD453CBF4C271B44DE25A5FCB225772BE5D06516F42EC2108D205398D0CD60B829A380DC4013002CC8A5C5B8CF974A9D3DE8243265CE8B1','2cc9609dbc9978a4',6,30,'SHA1',60000001,1800000010,0,0,0,'');
CREATE TABLE mfa_lab (
	schema_version INTEGER NOT NULL, 
	key_id VARCHAR(16) NOT NULL, 
	key_check VARCHAR(64) NOT NULL
);
INSERT INTO "mfa_lab" VALUES(4,'2cc9609dbc9978a4','9c007277910a487ee1154cc000481c549c9cef35dca4ca06dd00d06c91cacb9c');
CREATE TABLE notices (
	id INTEGER NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	at BIGINT NOT NULL, 
	event VARCHAR(32) NOT NULL, 
	sent_at BIGINT, 
	claimed_until BIGINT DEFAULT '0' NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(account_id) REFERENCES accounts (id)
);
INSERT INTO "notices" VALUES(1,'fe95f469d6378e51ec787bbf656296f7',1800000010,'factor bound',NULL,0);
INSERT INTO "notices" VALUES(2,'fe95f469d6378e51ec787bbf656296f7',1800000070,'recovered',NULL,0);
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
INSERT INTO "pendings" VALUES('3b0a242d1c26b82513c2cb1f1d312ddbf06b382d1dbbd76e4fc321ff71ffec4c','fe95f469d6378e51ec787bbf656296f7','code',1,1800000370,'completed');
INSERT INTO "pendings" VALUES('8c4ee0b4d399a5a26c35756281eadf5f0ffa2cd0e19b2d55c05db9c30fe5bd8b','2017b3d0278f390d4271a1400db0840c','first factor',0,1800000370,NULL);
INSERT INTO "pendings" VALUES('969d44dd0ba0858c30437fbd1d061cf1cf3c5ebe3a476269cf2413d2683445c2','fe95f469d6378e51ec787bbf656296f7','code',0,1800000340,'completed');
INSERT INTO "pendings" VALUES('a59fe85d59fc8abd8b7f4ad43c0c75b459bf14b7a4b8c48e0f28c2aa66ad347d','fe95f469d6378e51ec787bbf656296f7','new factor',0,1800000370,NULL);
INSERT INTO "pendings" VALUES('a9c77a75168e4fe06146a04a21246865e21abb72da1c99417088d1670227d604','fe95f469d6378e51ec787bbf656296f7','code',1,1800000370,NULL);
INSERT INTO "pendings" VALUES('ba3c08155374f6fec22c8a4748f9af80fd157abbfe96469536c57c3a80a5687b','fe95f469d6378e51ec787bbf656296f7','first factor',0,1800000310,'superseded');
CREATE TABLE recovery_codes (
	id INTEGER NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	encoded VARCHAR(256) NOT NULL, 
	used_at BIGINT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(account_id) REFERENCES accounts (id)
);
INSERT INTO "recovery_codes" VALUES(1,'fe95f469d6378e51ec787bbf656296f7','$argon2id$v=19$m=8,t=1,p=1$Q3vnqf5OBcvjhgrEgvlmoA$kksEPhl6alvPqDkZiJCg1a5YhG7K5ShaShPBKsX7Hko',1800000070);
INSERT INTO "recovery_codes" VALUES(2,'fe95f469d6378e51ec787bbf656296f7','$argon2id$v=19$m=8,t=1,p=1$Q3vnqf5OBcvjhgrEgvlmoA$TsvFVc+YwCegcBLxkEtZt4Xgw6TeD0oZ1TElHXQ0CKE',NULL);
INSERT INTO "recovery_codes" VALUES(3,'fe95f469d6378e51ec787bbf656296f7','$argon2id$v=19$m=8,t=1,p=1$Q3vnqf5OBcvjhgrEgvlmoA$5IJlqeIFDfN721GcOL2ttyCacecZ9MkiM9FUaKsVy9I',NULL);
INSERT INTO "recovery_codes" VALUES(4,'fe95f469d6378e51ec787bbf656296f7','$argon2id$v=19$m=8,t=1,p=1$Q3vnqf5OBcvjhgrEgvlmoA$RabS/Tm44uMN6df/c+Lv3OBUp/6mR0xDwwTzreJtOW0',NULL);
INSERT INTO "recovery_codes" VALUES(5,'fe95f469d6378e51ec787bbf656296f7','$argon2id$v=19$m=8,t=1,p=1$Q3vnqf5OBcvjhgrEgvlmoA$VtroV9XF/j6W/bbVu/LBmzB6oxly22mlPd6Y+XXTkOs',NULL);
INSERT INTO "recovery_codes" VALUES(6,'fe95f469d6378e51ec787bbf656296f7','$argon2id$v=19$m=8,t=1,p=1$Q3vnqf5OBcvjhgrEgvlmoA$tQqPbTpMY2x+XvHFQ9hycJY6dzqIFtJ/hzLkuc6ERFU',NULL);
INSERT INTO "recovery_codes" VALUES(7,'fe95f469d6378e51ec787bbf656296f7','$argon2id$v=19$m=8,t=1,p=1$Q3vnqf5OBcvjhgrEgvlmoA$D0bdHGiwhY/ZtlZoA2YUNAc31T42WDRkRHrKoPkpHAs',NULL);
INSERT INTO "recovery_codes" VALUES(8,'fe95f469d6378e51ec787bbf656296f7','$argon2id$v=19$m=8,t=1,p=1$Q3vnqf5OBcvjhgrEgvlmoA$icYbbvJxCD9EboKpdVtlKjX/pOPo9M+wp/RAY0C08yg',NULL);
INSERT INTO "recovery_codes" VALUES(9,'fe95f469d6378e51ec787bbf656296f7','$argon2id$v=19$m=8,t=1,p=1$Q3vnqf5OBcvjhgrEgvlmoA$kfAtRHBq+X1S6tlinbrNPfROaJ8H3S5K0gt0HfyF0lI',NULL);
INSERT INTO "recovery_codes" VALUES(10,'fe95f469d6378e51ec787bbf656296f7','$argon2id$v=19$m=8,t=1,p=1$Q3vnqf5OBcvjhgrEgvlmoA$xLOXMBAxHR/y/e71f9DGJSpUbSsFQUKsT7N0uJg4CM4',NULL);
INSERT INTO "recovery_codes" VALUES(11,'fe95f469d6378e51ec787bbf656296f7','$argon2id$v=19$m=8,t=1,p=1$ip99fXt3flSIg37a8Ngu3g$F9PF30Pt83V3mNOYNOyfq8llptKHnBI+CcQxdHVgvgE',NULL);
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
INSERT INTO "sessions" VALUES('a1d2cbe8390a63e82eb87fd5bc3f726c6110ceeeccbcac3908b1eaa8a1e1774f','fe95f469d6378e51ec787bbf656296f7',1800000040,1800000040,NULL);
CREATE TABLE throttles (
	"key" VARCHAR(64) NOT NULL, 
	failures INTEGER NOT NULL, 
	wait_until BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	PRIMARY KEY ("key")
)
 WITHOUT ROWID

;
CREATE INDEX ix_accounts_codes_issue ON accounts (codes_issue);
CREATE INDEX ix_throttles_expires_at ON throttles (expires_at);
CREATE TRIGGER audit_keeps_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_keeps_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_keeps_insert BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE INDEX ix_factors_account_id ON factors (account_id);
CREATE INDEX ix_pendings_account_id ON pendings (account_id);
CREATE INDEX ix_pendings_expires_at ON pendings (expires_at);
CREATE INDEX ix_enrolments_expires_at ON enrolments (expires_at);
CREATE INDEX ix_enrolments_account_id ON enrolments (account_id);
CREATE INDEX ix_sessions_account_id ON sessions (account_id);
CREATE INDEX ix_sessions_seen_at ON sessions (seen_at);
CREATE INDEX ix_recovery_codes_account_id ON recovery_codes (account_id);
CREATE INDEX ix_notices_account_id ON notices (account_id);
CREATE INDEX ix_notices_sent_at ON notices (sent_at);
COMMIT;
