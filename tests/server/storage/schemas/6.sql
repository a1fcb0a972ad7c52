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
	user_handle VARCHAR(64) DEFAULT '' NOT NULL, 
	state VARCHAR(8) DEFAULT 'active' NOT NULL, 
	issuer VARCHAR(255), 
	external_id VARCHAR(255), 
	PRIMARY KEY (id), 
	UNIQUE (normal_name)
);
INSERT INTO "accounts" VALUES('3590616a92f1f51e9fc09c3c610e7361','alice@example.org','alice@example.org','$argon2id$v=19$m=8,t=1,p=1$o+FQBzA84iEzhtlnYb2COQ$Qu6muS5GSBLeBqMACJe4oxQ8v9uC8oUTmWGrXXxoEEg',1,0,0,0,1800000010,'15f9a184f069b951ed779b04cc134fb4',NULL,'','active',NULL,NULL);
INSERT INTO "accounts" VALUES('ea860e470d5f4e75dc2e9efabce478ef','bob@example.org','bob@example.org','$argon2id$v=19$m=8,t=1,p=1$0Eu7wHIV72/KZj0I1WYfGA$gCLTqKjTdKhbXb15P8NcgtHdxGy8cl2+tjTT/dXjTT4',0,0,0,0,1800000010,'',NULL,'MRtVOIQEd3OWzSTdyx8I6j8MBnkgU9aujGz7OszPgek','active',NULL,NULL);
INSERT INTO "accounts" VALUES('2036ff83db7f86f544cf723a0e4189b0','carol@example.org','carol@example.org','$argon2id$v=19$m=8,t=1,p=1$xlvvTXyaI8pJXWc3Mu/SSg$EUVaSrrpW3olo/Yj6KpfpMLrVPYEfqkl9ix/baKjDHc',0,0,0,0,1800000070,'0ca998b16a2dc3b8b2dc26f4b63f5388',NULL,'7riyPEIrk0pPEn1ovKDls776opc47qLt7UpaYuQnnnc','active',NULL,NULL);
CREATE TABLE audit (
	id INTEGER NOT NULL CHECK (id > 0), 
	at BIGINT NOT NULL, 
	event VARCHAR(32) NOT NULL, 
	account_id VARCHAR(32), 
	reason VARCHAR(32), 
	actor VARCHAR(16) DEFAULT '' NOT NULL, 
	actor_id VARCHAR(32), 
	PRIMARY KEY (id)
);
INSERT INTO "audit" VALUES(1,1800000010,'registered','3590616a92f1f51e9fc09c3c610e7361',NULL,'',NULL);
INSERT INTO "audit" VALUES(2,1800000010,'registered','ea860e470d5f4e75dc2e9efabce478ef',NULL,'',NULL);
INSERT INTO "audit" VALUES(3,1800000010,'password accepted','3590616a92f1f51e9fc09c3c610e7361',NULL,'',NULL);
INSERT INTO "audit" VALUES(4,1800000010,'enrolment started','3590616a92f1f51e9fc09c3c610e7361',NULL,'',NULL);
INSERT INTO "audit" VALUES(5,1800000010,'factor bound','3590616a92f1f51e9fc09c3c610e7361',NULL,'',NULL);
INSERT INTO "audit" VALUES(6,1800000040,'password accepted','3590616a92f1f51e9fc09c3c610e7361',NULL,'',NULL);
INSERT INTO "audit" VALUES(7,1800000040,'logged in','3590616a92f1f51e9fc09c3c610e7361',NULL,'',NULL);
INSERT INTO "audit" VALUES(8,1800000070,'password refused','ea860e470d5f4e75dc2e9efabce478ef','wrong password','',NULL);
INSERT INTO "audit" VALUES(9,1800000070,'password accepted','3590616a92f1f51e9fc09c3c610e7361',NULL,'',NULL);
INSERT INTO "audit" VALUES(10,1800000070,'recovered','3590616a92f1f51e9fc09c3c610e7361',NULL,'',NULL);
INSERT INTO "audit" VALUES(11,1800000070,'password accepted','ea860e470d5f4e75dc2e9efabce478ef',NULL,'',NULL);
INSERT INTO "audit" VALUES(12,1800000070,'enrolment started','ea860e470d5f4e75dc2e9efabce478ef',NULL,'',NULL);
INSERT INTO "audit" VALUES(13,1800000070,'password accepted','3590616a92f1f51e9fc09c3c610e7361',NULL,'',NULL);
INSERT INTO "audit" VALUES(14,1800000070,'code refused','3590616a92f1f51e9fc09c3c610e7361','no match','',NULL);
INSERT INTO "audit" VALUES(15,1800000070,'registered','2036ff83db7f86f544cf723a0e4189b0',NULL,'',NULL);
INSERT INTO "audit" VALUES(16,1800000070,'password accepted','2036ff83db7f86f544cf723a0e4189b0',NULL,'',NULL);
INSERT INTO "audit" VALUES(17,1800000070,'enrolment started','2036ff83db7f86f544cf723a0e4189b0','passkey','',NULL);
INSERT INTO "audit" VALUES(18,1800000070,'factor bound','2036ff83db7f86f544cf723a0e4189b0','passkey','',NULL);
INSERT INTO "audit" VALUES(19,1800000070,'password accepted','ea860e470d5f4e75dc2e9efabce478ef',NULL,'',NULL);
INSERT INTO "audit" VALUES(20,1800000070,'enrolment started','ea860e470d5f4e75dc2e9efabce478ef','passkey','',NULL);
INSERT INTO "audit" VALUES(21,1800000070,'password accepted','2036ff83db7f86f544cf723a0e4189b0',NULL,'',NULL);
INSERT INTO "audit" VALUES(22,1800000070,'logged in','2036ff83db7f86f544cf723a0e4189b0','passkey','',NULL);
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
	kind VARCHAR(8) DEFAULT 'totp' NOT NULL, 
	challenge_hash VARCHAR(64), 
	PRIMARY KEY (token_hash), 
	FOREIGN KEY(account_id) REFERENCES accounts (id)
);
INSERT INTO "enrolments" VALUES('ec102d5dda5653a1ecbdee26d2462b86167d0421225a68bbe0bd8689630a3cf4','3590616a92f1f51e9fc09c3c610e7361','57e2bbfadbcc8433d2a0251ef36d4742','first factor',NULL,X'61342BC04A43E96CAF6828F8A27030CEB2F2E71210094750C7E90F1087AF559B89C20DFD2D166258559D531E4E28D58CA6831F99CC5F3BEB81ABD7CC','2cc9609dbc9978a4',6,30,'SHA1',0,1800000910,'completed','','totp',NULL);
INSERT INTO "enrolments" VALUES('610e2b06f9cb6a14e987b5b726d5b236fd4e0a1b5579a99557a005547b694bd1','ea860e470d5f4e75dc2e9efabce478ef','fd059575b691d2446341ddf9fced7631','first factor',NULL,X'0D123305025BEFFD2982AC2194B20C6F18B8C8DED3333DCAA59EA47E068CADAEF1C876A1A102B3046563045C6EA81B42DE4D37E9CECDA579F45DA230','2cc9609dbc9978a4',6,30,'SHA1',0,1800000970,NULL,'','totp',NULL);
INSERT INTO "enrolments" VALUES('a66844ecaf6a2f9799c31c6ec24e5ac53ca736d7d9c1cae2ea47ce16abbb3170','2036ff83db7f86f544cf723a0e4189b0','6d47ed1d87ebcf167f9fc7fe917ff5e3','first factor',NULL,X'','',0,0,'',0,1800000970,'completed','key','passkey','8224104130662e9ba8485317f60d763ac416f9fc54e69104fb1124ede6fc8c08');
INSERT INTO "enrolments" VALUES('a7b7ba3fe931b7ab57d3931d4b273581a4fae8e1fad5ebca79101b235053f53f','ea860e470d5f4e75dc2e9efabce478ef','294b52cdfdd15b94e5394da710795385','first factor',NULL,X'','',0,0,'',0,1800000970,NULL,'','passkey','1792558d26da2687a9b9580408fab76629e5fdde9c8593dfaf74c3710d4d17a4');
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
	kind VARCHAR(8) DEFAULT 'totp' NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(account_id) REFERENCES accounts (id)
);
INSERT INTO "factors" VALUES('57e2bbfadbcc8433d2a0251ef36d4742','3590616a92f1f51e9fc09c3c610e7361','active',X'61342BC04A43E96CAF6828F8A27030CEB2F2E71210094750C7E90F1087AF559B89C20DFD2D166258559D531E4E28D58CA6831F99CC5F3BEB81ABD7CC','2cc9609dbc9978a4',6,30,'SHA1',60000001,1800000010,0,0,0,'','totp');
INSERT INTO "factors" VALUES('6d47ed1d87ebcf167f9fc7fe917ff5e3','2036ff83db7f86f544cf723a0e4189b0','active',X'','',0,0,'',0,1800000070,0,0,0,'key','passkey');
CREATE TABLE mfa_lab (
	schema_version INTEGER NOT NULL, 
	key_id VARCHAR(16) NOT NULL, 
	key_check VARCHAR(64) NOT NULL
);
INSERT INTO "mfa_lab" VALUES(6,'2cc9609dbc9978a4','9c007277910a487ee1154cc000481c549c9cef35dca4ca06dd00d06c91cacb9c');
CREATE TABLE notices (
	id INTEGER NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	at BIGINT NOT NULL, 
	event VARCHAR(32) NOT NULL, 
	sent_at BIGINT, 
	claimed_until BIGINT DEFAULT '0' NOT NULL, 
	sealed_token BLOB, 
	key_id VARCHAR(16), 
	PRIMARY KEY (id), 
	FOREIGN KEY(account_id) REFERENCES accounts (id)
);
INSERT INTO "notices" VALUES(1,'3590616a92f1f51e9fc09c3c610e7361',1800000010,'factor bound',NULL,0,NULL,NULL);
INSERT INTO "notices" VALUES(2,'3590616a92f1f51e9fc09c3c610e7361',1800000070,'recovered',NULL,0,NULL,NULL);
INSERT INTO "notices" VALUES(3,'2036ff83db7f86f544cf723a0e4189b0',1800000070,'factor bound',NULL,0,NULL,NULL);
CREATE TABLE passkeys (
	factor_id VARCHAR(32) NOT NULL, 
	credential_id VARCHAR(1364) NOT NULL, 
	public_key BLOB NOT NULL, 
	sign_count BIGINT NOT NULL, 
	backup_eligible INTEGER NOT NULL, 
	backed_up INTEGER NOT NULL, 
	transports VARCHAR(160) NOT NULL, 
	used_at BIGINT, 
	PRIMARY KEY (factor_id), 
	FOREIGN KEY(factor_id) REFERENCES factors (id), 
	UNIQUE (credential_id)
);
INSERT INTO "passkeys" VALUES('6d47ed1d87ebcf167f9fc7fe917ff5e3','Vx5YrW6uEgtG8-_Ii6c55S9FPYUScOUewB7xgqlBEjM',X'A50102032620012158205B529C9BF56B1E8208786F20F151BCA5AFE8335ACD1C08ACF1046F9554AFF9FB225820782C93E620BB1A7DF002C2E30C10F04269E469883572E81167D8B2D170F18216',1,0,0,'usb',1800000070);
CREATE TABLE password_resets (
	token_hash VARCHAR(64) NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	expires_at BIGINT NOT NULL, 
	ended VARCHAR(16), 
	PRIMARY KEY (token_hash), 
	FOREIGN KEY(account_id) REFERENCES accounts (id)
);
CREATE TABLE pendings (
	token_hash VARCHAR(64) NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	permits VARCHAR(16) NOT NULL, 
	wrong_codes INTEGER NOT NULL, 
	expires_at BIGINT NOT NULL, 
	ended VARCHAR(16), 
	challenge_hash VARCHAR(64), 
	methods VARCHAR(16) DEFAULT 'pwd' NOT NULL, 
	PRIMARY KEY (token_hash), 
	FOREIGN KEY(account_id) REFERENCES accounts (id)
)
 WITHOUT ROWID

;
INSERT INTO "pendings" VALUES('19bf949b754141baa9c0ac226418f4a992c8ba3a145d38338519e0432463f7e4','3590616a92f1f51e9fc09c3c610e7361','code',0,1800000340,'completed',NULL,'pwd');
INSERT INTO "pendings" VALUES('42af3f7d77c8350bb829857979f33c601a059b72e07e3be65c3942383d9065ef','3590616a92f1f51e9fc09c3c610e7361','code',1,1800000370,'completed',NULL,'pwd');
INSERT INTO "pendings" VALUES('48f1980ef42e558f718b7a3b703276ba78c762dbc79678524af859811efd4cc0','2036ff83db7f86f544cf723a0e4189b0','code',0,1800000370,'completed','71af577b5f10343ccb8ba02eaf83e4651f85a654e54697040a22cf25b4bf3ca3','pwd');
INSERT INTO "pendings" VALUES('6c0f10e4cb76bd8538c103b54549052ab09c193b98607d74ad375eff97261fec','ea860e470d5f4e75dc2e9efabce478ef','first factor',0,1800000370,NULL,NULL,'pwd');
INSERT INTO "pendings" VALUES('ac5afa353d2d11fce7fa2c995510b0d9bd6e409d7fd893aabdf5c4f0b429e239','2036ff83db7f86f544cf723a0e4189b0','first factor',0,1800000370,'superseded',NULL,'pwd');
INSERT INTO "pendings" VALUES('d670432edbb4434dea940cc3107f97aea0404d584d0a1ba81a7f07d9ced8ee11','3590616a92f1f51e9fc09c3c610e7361','code',1,1800000370,NULL,NULL,'pwd');
INSERT INTO "pendings" VALUES('ec02f50fa1935fda9428135612225bc62996d3c24e87a214900c9fc1b7c3ebe6','3590616a92f1f51e9fc09c3c610e7361','first factor',0,1800000310,'superseded',NULL,'pwd');
INSERT INTO "pendings" VALUES('edcae28495e3695105062575b5cfcfb239af08c063b934bae1d7f72a41b4e35e','3590616a92f1f51e9fc09c3c610e7361','new factor',0,1800000370,NULL,NULL,'pwd');
INSERT INTO "pendings" VALUES('f7ed1b245b9b98c578451cb0fb24c5db4cd81ee5e58480451241eda223b3f520','ea860e470d5f4e75dc2e9efabce478ef','first factor',0,1800000370,NULL,NULL,'pwd');
CREATE TABLE recovery_codes (
	id INTEGER NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	encoded VARCHAR(256) NOT NULL, 
	used_at BIGINT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(account_id) REFERENCES accounts (id)
);
INSERT INTO "recovery_codes" VALUES(1,'3590616a92f1f51e9fc09c3c610e7361','$argon2id$v=19$m=8,t=1,p=1$xmIVTXwbJf/uYXKJib1PZw$wNHnN3fq2UUSvBE8ngPn3W4NjMPmW3kf9pz4L6qErv0',1800000070);
INSERT INTO "recovery_codes" VALUES(2,'3590616a92f1f51e9fc09c3c610e7361','$argon2id$v=19$m=8,t=1,p=1$xmIVTXwbJf/uYXKJib1PZw$dEoKEGQXpPYsuazRelPzjakdsUqX7dKbE/k7bXxR9eM',NULL);
INSERT INTO "recovery_codes" VALUES(3,'3590616a92f1f51e9fc09c3c610e7361','$argon2id$v=19$m=8,t=1,p=1$xmIVTXwbJf/uYXKJib1PZw$EMRyBWGwn7SMBTs9dSKFVdDPtV7PpZ0+dAyJw+pMw2I',NULL);
INSERT INTO "recovery_codes" VALUES(4,'3590616a92f1f51e9fc09c3c610e7361','$argon2id$v=19$m=8,t=1,p=1$xmIVTXwbJf/uYXKJib1PZw$mMGY2PmzLNF92R4RfSCuS+nBr4BBxfRA3dtVvwBqOiQ',NULL);
INSERT INTO "recovery_codes" VALUES(5,'3590616a92f1f51e9fc09c3c610e7361','$argon2id$v=19$m=8,t=1,p=1$xmIVTXwbJf/uYXKJib1PZw$qK4ArEGJVOuHlrjkGci3rHyvJdb5084gEZP9K01iUmE',NULL);
INSERT INTO "recovery_codes" VALUES(6,'3590616a92f1f51e9fc09c3c610e7361','$argon2id$v=19$m=8,t=1,p=1$xmIVTXwbJf/uYXKJib1PZw$cyhMkPBFGzPdXKiSWOBSJNExh3C86dR95f8X2OyymlY',NULL);
INSERT INTO "recovery_codes" VALUES(7,'3590616a92f1f51e9fc09c3c610e7361','$argon2id$v=19$m=8,t=1,p=1$xmIVTXwbJf/uYXKJib1PZw$WHpSRHBeplOdvtaR6xmJOsN/t68YSflejfIusfRjHMY',NULL);
INSERT INTO "recovery_codes" VALUES(8,'3590616a92f1f51e9fc09c3c610e7361','$argon2id$v=19$m=8,t=1,p=1$xmIVTXwbJf/uYXKJib1PZw$dLnC4wxS8/gv3iKfIHy7PZDOFWT/7ccaTGZh/5wZgbA',NULL);
INSERT INTO "recovery_codes" VALUES(9,'3590616a92f1f51e9fc09c3c610e7361','$argon2id$v=19$m=8,t=1,p=1$xmIVTXwbJf/uYXKJib1PZw$qssURMWq7DUdBfVSeOseUItM/kqQ+eYZ12PH+lZILfU',NULL);
INSERT INTO "recovery_codes" VALUES(10,'3590616a92f1f51e9fc09c3c610e7361','$argon2id$v=19$m=8,t=1,p=1$xmIVTXwbJf/uYXKJib1PZw$dk7j3vb0TrQqIzWG4iXIB0AiWI8MfZ4Zld1KakNUqiA',NULL);
INSERT INTO "recovery_codes" VALUES(11,'3590616a92f1f51e9fc09c3c610e7361','$argon2id$v=19$m=8,t=1,p=1$KK5tMFSXIXWAtTBrVSSzxA$9EPspCYVJiQdn/OqYLO8IMS/OcS4/r/kFaKU6Bjl67Q',NULL);
INSERT INTO "recovery_codes" VALUES(12,'2036ff83db7f86f544cf723a0e4189b0','$argon2id$v=19$m=8,t=1,p=1$sAyTVDVNUGdCvJYPdFO0TA$rVLR1XzhGhBcYEhwa+Tw492VjpecMjw2JbgZGSjT32c',NULL);
INSERT INTO "recovery_codes" VALUES(13,'2036ff83db7f86f544cf723a0e4189b0','$argon2id$v=19$m=8,t=1,p=1$sAyTVDVNUGdCvJYPdFO0TA$j/5w64AmfT0r6eTdF2CO/qCLo1WAnEbCCcjIrECjwjU',NULL);
INSERT INTO "recovery_codes" VALUES(14,'2036ff83db7f86f544cf723a0e4189b0','$argon2id$v=19$m=8,t=1,p=1$sAyTVDVNUGdCvJYPdFO0TA$X2crZWsjEWuGtVSil+T5IhZCGYF818ZuRurd7MzZzpE',NULL);
INSERT INTO "recovery_codes" VALUES(15,'2036ff83db7f86f544cf723a0e4189b0','$argon2id$v=19$m=8,t=1,p=1$sAyTVDVNUGdCvJYPdFO0TA$fwmg/npgiX44sEZxz7Sn8fIOb2+pX0t3n+fVAOusMt4',NULL);
INSERT INTO "recovery_codes" VALUES(16,'2036ff83db7f86f544cf723a0e4189b0','$argon2id$v=19$m=8,t=1,p=1$sAyTVDVNUGdCvJYPdFO0TA$N/JSBMkGNSCGXk3j5ExJcKvmNI0v8PgY6BvgKZZLTTk',NULL);
INSERT INTO "recovery_codes" VALUES(17,'2036ff83db7f86f544cf723a0e4189b0','$argon2id$v=19$m=8,t=1,p=1$sAyTVDVNUGdCvJYPdFO0TA$PGf5e/ibkgNsQPjlfgcRCseDKxiYffACZyl2Jnt9Lu0',NULL);
INSERT INTO "recovery_codes" VALUES(18,'2036ff83db7f86f544cf723a0e4189b0','$argon2id$v=19$m=8,t=1,p=1$sAyTVDVNUGdCvJYPdFO0TA$2l2HALK+Uv20YOWtlwLahtGKS9zJaA7aAoFoQJuXky4',NULL);
INSERT INTO "recovery_codes" VALUES(19,'2036ff83db7f86f544cf723a0e4189b0','$argon2id$v=19$m=8,t=1,p=1$sAyTVDVNUGdCvJYPdFO0TA$QDKX6CxkJbHo6zmlr7FxcxEwZbChFulR2ItzUeb1kY0',NULL);
INSERT INTO "recovery_codes" VALUES(20,'2036ff83db7f86f544cf723a0e4189b0','$argon2id$v=19$m=8,t=1,p=1$sAyTVDVNUGdCvJYPdFO0TA$BcEmfnvgTJ7BSQqIlDUK8DrSoURRabjbMWqQYh4BaDw',NULL);
INSERT INTO "recovery_codes" VALUES(21,'2036ff83db7f86f544cf723a0e4189b0','$argon2id$v=19$m=8,t=1,p=1$sAyTVDVNUGdCvJYPdFO0TA$Gaju8C1PRujem5QOzaywtfVamM+yxjy66fGSDpg8oFo',NULL);
CREATE TABLE sessions (
	token_hash VARCHAR(64) NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	created_at BIGINT NOT NULL, 
	seen_at BIGINT NOT NULL, 
	ended VARCHAR(16), 
	methods VARCHAR(32) DEFAULT 'pwd otp mfa' NOT NULL, 
	PRIMARY KEY (token_hash), 
	FOREIGN KEY(account_id) REFERENCES accounts (id)
)
 WITHOUT ROWID

;
INSERT INTO "sessions" VALUES('97c2e96549729edafdeff072ffb02e4522533f9097d6415513e1f37f22d5dcc6','3590616a92f1f51e9fc09c3c610e7361',1800000040,1800000040,NULL,'pwd otp mfa');
INSERT INTO "sessions" VALUES('add515106b9e5294e4d13a92319f9a8ee79adb07a5bee1a9bd95320d0ad39a55','2036ff83db7f86f544cf723a0e4189b0',1800000070,1800000070,NULL,'pwd hwk user mfa');
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
CREATE UNIQUE INDEX ix_accounts_external ON accounts (issuer, external_id);
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
CREATE INDEX ix_password_resets_account_id ON password_resets (account_id);
CREATE INDEX ix_password_resets_expires_at ON password_resets (expires_at);
CREATE INDEX ix_notices_account_id ON notices (account_id);
CREATE INDEX ix_notices_sent_at ON notices (sent_at);
COMMIT;
