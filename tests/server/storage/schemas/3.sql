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
INSERT INTO "accounts" VALUES('da45f2ee659e2de2ffe1c1e29de143ae','alice@example.org','alice@example.org','$argon2id$v=19$m=8,t=1,p=1$sumYnm12/3yZXMVypeZ1tA$pRoRlkK9STicsdQfSg7WgQ8WdY2mCaBwgBbLqXYghOM',1,0,0,0,1800000010);
INSERT INTO "accounts" VALUES('68991d23de6b3ae5a5e8ece72b1edaa2','bob@example.org','bob@example.org','$argon2id$v=19$m=8,t=1,p=1$ZZc9lvzzD9tKbIrFCY8XGg$OxqeDoyqM8gSzc16vtrKlw1QlPdPqoX2VaxyF8FXEfo',0,0,0,0,1800000010);
CREATE TABLE audit (
	id INTEGER NOT NULL CHECK (id > 0), 
	at BIGINT NOT NULL, 
	event VARCHAR(32) NOT NULL, 
	account_id VARCHAR(32), 
	reason VARCHAR(32), 
	PRIMARY KEY (id)
);
INSERT INTO "audit" VALUES(1,1800000010,'registered','da45f2ee659e2de2ffe1c1e29de143ae',NULL);
INSERT INTO "audit" VALUES(2,1800000010,'registered','68991d23de6b3ae5a5e8ece72b1edaa2',NULL);
INSERT INTO "audit" VALUES(3,1800000010,'password accepted','da45f2ee659e2de2ffe1c1e29de143ae',NULL);
INSERT INTO "audit" VALUES(4,1800000010,'enrolment started','da45f2ee659e2de2ffe1c1e29de143ae',NULL);
INSERT INTO "audit" VALUES(5,1800000010,'factor bound','da45f2ee659e2de2ffe1c1e29de143ae',NULL);
INSERT INTO "audit" VALUES(6,1800000040,'password accepted','da45f2ee659e2de2ffe1c1e29de143ae',NULL);
INSERT INTO "audit" VALUES(7,1800000040,'logged in','da45f2ee659e2de2ffe1c1e29de143ae',NULL);
INSERT INTO "audit" VALUES(8,1800000070,'password refused','68991d23de6b3ae5a5e8ece72b1edaa2','wrong password');
INSERT INTO "audit" VALUES(9,1800000070,'password accepted','da45f2ee659e2de2ffe1c1e29de143ae',NULL);
INSERT INTO "audit" VALUES(10,1800000070,'recovered','da45f2ee659e2de2ffe1c1e29de143ae',NULL);
INSERT INTO "audit" VALUES(11,1800000070,'password accepted','68991d23de6b3ae5a5e8ece72b1edaa2',NULL);
INSERT INTO "audit" VALUES(12,1800000070,'enrolment started','68991d23de6b3ae5a5e8ece72b1edaa2',NULL);
INSERT INTO "audit" VALUES(13,1800000070,'password accepted','da45f2ee659e2de2ffe1c1e29de143ae',NULL);
INSERT INTO "audit" VALUES(14,1800000070,'code refused','da45f2ee659e2de2ffe1c1e29de143ae','no match');
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
INSERT INTO "enrolments" VALUES('a2026962d7958254f8d793a676fd5dacb811e2f64cefd618d4daaec4d09b9154','da45f2ee659e2de2ffe1c1e29de143ae','77c6473f5ebedfe4cc9928f48963b132','first factor',NULL,X'B699617737115221A26FECD3357C73C5E9452A49EC48D1DE665B57E85A936E4CC615C312EEDC33133063BF49ECC2DA784DE00AD26358DD35D1F3C9AA','2cc9609dbc9978a4',6,30,'SHA1',0,1800000910,'completed','');
INSERT INTO "enrolments" VALUES('3069f1f547028334f74c75fab3c8cda24600b3aaf7bfbf25bf87f8898a95ba58','68991d23de6b3ae5a5e8ece72b1edaa2','9e1fce0bb99b3fe7983d780ace38723b','first factor',NULL,X'E0389A225F3F99BD2FF38303E07F0506CF9DFFFC668157E9C4C2025AF848E411E52227772439FAB30261D6E9BB85525298EBD65A59121923F835276F','2cc9609dbc9978a4',6,30,'SHA1',0,1800000970,NULL,'');
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
INSERT INTO "factors" VALUES('77c6473f5ebedfe4cc9928f48963b132','da45f2ee659e2de2ffe1c1e29de143ae','active',X'B699617737115221A26FECD3357C73C5E9452A49EC48D1DE665B57E85A936E4CC615C312EEDC33133063BF49ECC2DA784DE00AD26358DD35D1F3C9AA','2cc9609dbc9978a4',6,30,'SHA1',60000001,1800000010,0,0,0,'');
CREATE TABLE mfa_lab (
	schema_version INTEGER NOT NULL, 
	key_id VARCHAR(16) NOT NULL, 
	key_check VARCHAR(64) NOT NULL
);
INSERT INTO "mfa_lab" VALUES(3,'2cc9609dbc9978a4','9c007277910a487ee1154cc000481c549c9cef35dca4ca06dd00d06c91cacb9c');
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
INSERT INTO "notices" VALUES(1,'da45f2ee659e2de2ffe1c1e29de143ae',1800000010,'factor bound',NULL,0);
INSERT INTO "notices" VALUES(2,'da45f2ee659e2de2ffe1c1e29de143ae',1800000070,'recovered',NULL,0);
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
INSERT INTO "pendings" VALUES('2646e25ca7c76978af1b58794e5eda293bd7f4b598ad332c6faec22b7586bbb1','da45f2ee659e2de2ffe1c1e29de143ae','code',0,1800000340,'completed');
INSERT INTO "pendings" VALUES('5201bad7e6658a9788f56f32d018b1d843511e1fc65a04e8bff439eeb48193ff','da45f2ee659e2de2ffe1c1e29de143ae','new factor',0,1800000370,NULL);
INSERT INTO "pendings" VALUES('57bbe32b33bbf8597a2bd02753ef7e2b1c8bc328e0b6c842080f225807d8cce5','da45f2ee659e2de2ffe1c1e29de143ae','first factor',0,1800000310,'superseded');
INSERT INTO "pendings" VALUES('5e45d5af1be29f72b9400bf680999e05fa4af2e6503023a2aec2c9184844fba2','da45f2ee659e2de2ffe1c1e29de143ae','code',1,1800000370,'completed');
INSERT INTO "pendings" VALUES('66913fb856c541ad364df31c330f095e8cae75125f4da17cdf939186dd02cc27','da45f2ee659e2de2ffe1c1e29de143ae','code',1,1800000370,NULL);
INSERT INTO "pendings" VALUES('9b97ababa4607b6ac3699572837a8272389b43df6e44dec70935f18f0a003500','68991d23de6b3ae5a5e8ece72b1edaa2','first factor',0,1800000370,NULL);
CREATE TABLE recovery_codes (
	id INTEGER NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	encoded VARCHAR(256) NOT NULL, 
	used_at BIGINT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(account_id) REFERENCES accounts (id)
);
INSERT INTO "recovery_codes" VALUES(1,'da45f2ee659e2de2ffe1c1e29de143ae','$argon2id$v=19$m=8,t=1,p=1$VwTqIj4CZUzOVH2oxcP2PA$ckRA+kjPH6EjbidKQmYseOxfgkFjcr3yHRWlmsxcxFg',1800000070);
INSERT INTO "recovery_codes" VALUES(2,'da45f2ee659e2de2ffe1c1e29de143ae','$argon2id$v=19$m=8,t=1,p=1$VwTqIj4CZUzOVH2oxcP2PA$Wazld57NN4SBuNnaNETqnva5D84M4elMU9tFTVZQIhY',NULL);
INSERT INTO "recovery_codes" VALUES(3,'da45f2ee659e2de2ffe1c1e29de143ae','$argon2id$v=19$m=8,t=1,p=1$VwTqIj4CZUzOVH2oxcP2PA$AcXCqMVv6zBFca6XaQzl2MnX4oMbA/royit281Eb2ng',NULL);
INSERT INTO "recovery_codes" VALUES(4,'da45f2ee659e2de2ffe1c1e29de143ae','$argon2id$v=19$m=8,t=1,p=1$VwTqIj4CZUzOVH2oxcP2PA$GZQPflW8vrzhOW1SCKA4KjuhDmG/e+++dbwKD8+DIZ0',NULL);
INSERT INTO "recovery_codes" VALUES(5,'da45f2ee659e2de2ffe1c1e29de143ae','$argon2id$v=19$m=8,t=1,p=1$VwTqIj4CZUzOVH2oxcP2PA$U3nlRftBYnNJB6t9R+vAlRQD2uJS96tj6duPwC3A6Xw',NULL);
INSERT INTO "recovery_codes" VALUES(6,'da45f2ee659e2de2ffe1c1e29de143ae','$argon2id$v=19$m=8,t=1,p=1$VwTqIj4CZUzOVH2oxcP2PA$gWHiMKcwLwX3GOILCLLE+dVbSahL2Cf6qJDDzKu3/84',NULL);
INSERT INTO "recovery_codes" VALUES(7,'da45f2ee659e2de2ffe1c1e29de143ae','$argon2id$v=19$m=8,t=1,p=1$VwTqIj4CZUzOVH2oxcP2PA$/0PkIIJD6/9N6cGgQmtiUPW6P7zpfHZWJwoN0OuHDHM',NULL);
INSERT INTO "recovery_codes" VALUES(8,'da45f2ee659e2de2ffe1c1e29de143ae','$argon2id$v=19$m=8,t=1,p=1$VwTqIj4CZUzOVH2oxcP2PA$hQ+jm+nzEFh1iZUuhGOfPxw6PkcbKd5452Sgl3k3fCI',NULL);
INSERT INTO "recovery_codes" VALUES(9,'da45f2ee659e2de2ffe1c1e29de143ae','$argon2id$v=19$m=8,t=1,p=1$VwTqIj4CZUzOVH2oxcP2PA$gEBehZXcIgjHOAi0ENQ7I30AMBT03+1xZ44um21Wnxk',NULL);
INSERT INTO "recovery_codes" VALUES(10,'da45f2ee659e2de2ffe1c1e29de143ae','$argon2id$v=19$m=8,t=1,p=1$VwTqIj4CZUzOVH2oxcP2PA$VdkUdwPlOsSqEjiFtMWAILlH7xqUrtX6beaFAX5PHKc',NULL);
INSERT INTO "recovery_codes" VALUES(11,'da45f2ee659e2de2ffe1c1e29de143ae','$argon2id$v=19$m=8,t=1,p=1$wnwgciGWPqElVg8i0pm3CQ$7Fqq9OCqr0MNF70R3MivRjeQotWA/fB0kwOprSZ1kmg',NULL);
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
INSERT INTO "sessions" VALUES('aedcaea87721fcfb969487ee7e63b101dc6472f36f720fdf92cb81b29e96bbd8','da45f2ee659e2de2ffe1c1e29de143ae',1800000040,1800000040,NULL);
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
CREATE INDEX ix_enrolments_expires_at ON enrolments (expires_at);
CREATE INDEX ix_enrolments_account_id ON enrolments (account_id);
CREATE INDEX ix_sessions_seen_at ON sessions (seen_at);
CREATE INDEX ix_sessions_account_id ON sessions (account_id);
CREATE INDEX ix_recovery_codes_account_id ON recovery_codes (account_id);
CREATE INDEX ix_notices_account_id ON notices (account_id);
CREATE INDEX ix_notices_sent_at ON notices (sent_at);
COMMIT;
