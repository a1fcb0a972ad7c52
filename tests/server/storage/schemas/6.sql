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
INSERT INTO "accounts" VALUES('884d1be77eec6b7a6e62dfa90e954acd','alice@example.org','alice@example.org','$argon2id$v=19$m=8,t=1,p=1$J9HSEpDkJ8G0epTj7KtFjg$bxLktYp1bZ2d+IkyJXut0d4h+HKJXDiMC6AC4LnzJzA',1,0,0,0,1800000010,'c5aef70de3385e7e024bd29777ad5592',NULL,'','active',NULL,NULL);
INSERT INTO "accounts" VALUES('ceff375282252d96e542ba0b49ae7540','bob@example.org','bob@example.org','$argon2id$v=19$m=8,t=1,p=1$Ux+6Cnoi2/K3DRIzyzAsEg$PDpWyjdD8lZrS3VNZ+F6c0Wfe0jIYwXE0X+uwkjN0o4',0,0,0,0,1800000010,'',NULL,'XkaxlBJxCMDMgye4NF75u6kt6vyKF68L6oO8rCKTU7s','active',NULL,NULL);
INSERT INTO "accounts" VALUES('73fd5057e356064ef97d2ca2b75109d7','carol@example.org','carol@example.org','$argon2id$v=19$m=8,t=1,p=1$nIOpb6wpyiussTihhjncTA$drzQALv9w8fnaPdM8eQUae/UJUGmisLWApr7t1d3QsQ',0,0,0,0,1800000070,'b262297d952036557f97e57e9d12be48',NULL,'7Whq2Zd-aKkgVma0pR2wfT5GOr_qfXkpMFJemilbmFc','active',NULL,NULL);
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
INSERT INTO "audit" VALUES(1,1800000010,'registered','884d1be77eec6b7a6e62dfa90e954acd',NULL,'program',NULL);
INSERT INTO "audit" VALUES(2,1800000010,'registered','ceff375282252d96e542ba0b49ae7540',NULL,'program',NULL);
INSERT INTO "audit" VALUES(3,1800000010,'password accepted','884d1be77eec6b7a6e62dfa90e954acd',NULL,'owner',NULL);
INSERT INTO "audit" VALUES(4,1800000010,'enrolment started','884d1be77eec6b7a6e62dfa90e954acd',NULL,'owner',NULL);
INSERT INTO "audit" VALUES(5,1800000010,'factor bound','884d1be77eec6b7a6e62dfa90e954acd',NULL,'owner',NULL);
INSERT INTO "audit" VALUES(6,1800000040,'password accepted','884d1be77eec6b7a6e62dfa90e954acd',NULL,'owner',NULL);
INSERT INTO "audit" VALUES(7,1800000040,'logged in','884d1be77eec6b7a6e62dfa90e954acd',NULL,'owner',NULL);
INSERT INTO "audit" VALUES(8,1800000070,'password refused','ceff375282252d96e542ba0b49ae7540','wrong password','',NULL);
INSERT INTO "audit" VALUES(9,1800000070,'password accepted','884d1be77eec6b7a6e62dfa90e954acd',NULL,'owner',NULL);
INSERT INTO "audit" VALUES(10,1800000070,'recovered','884d1be77eec6b7a6e62dfa90e954acd',NULL,'owner',NULL);
INSERT INTO "audit" VALUES(11,1800000070,'password accepted','ceff375282252d96e542ba0b49ae7540',NULL,'owner',NULL);
INSERT INTO "audit" VALUES(12,1800000070,'enrolment started','ceff375282252d96e542ba0b49ae7540',NULL,'owner',NULL);
INSERT INTO "audit" VALUES(13,1800000070,'password accepted','884d1be77eec6b7a6e62dfa90e954acd',NULL,'owner',NULL);
INSERT INTO "audit" VALUES(14,1800000070,'code refused','884d1be77eec6b7a6e62dfa90e954acd','no match','',NULL);
INSERT INTO "audit" VALUES(15,1800000070,'registered','73fd5057e356064ef97d2ca2b75109d7',NULL,'program',NULL);
INSERT INTO "audit" VALUES(16,1800000070,'password accepted','73fd5057e356064ef97d2ca2b75109d7',NULL,'owner',NULL);
INSERT INTO "audit" VALUES(17,1800000070,'enrolment started','73fd5057e356064ef97d2ca2b75109d7','passkey','owner',NULL);
INSERT INTO "audit" VALUES(18,1800000070,'factor bound','73fd5057e356064ef97d2ca2b75109d7','passkey','owner',NULL);
INSERT INTO "audit" VALUES(19,1800000070,'password accepted','ceff375282252d96e542ba0b49ae7540',NULL,'owner',NULL);
INSERT INTO "audit" VALUES(20,1800000070,'enrolment started','ceff375282252d96e542ba0b49ae7540','passkey','owner',NULL);
INSERT INTO "audit" VALUES(21,1800000070,'password accepted','73fd5057e356064ef97d2ca2b75109d7',NULL,'owner',NULL);
INSERT INTO "audit" VALUES(22,1800000070,'logged in','73fd5057e356064ef97d2ca2b75109d7','passkey','owner',NULL);
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
INSERT INTO "enrolments" VALUES('fefd5764ae672bc9e792e54e90d28a7189247539294931f461fd184b09a92009','884d1be77eec6b7a6e62dfa90e954acd','d6cfcc402d7253d671de9c9d1cad2ca5','first factor',NULL,X'AC936060D0DDA1FA4C92FADC24BC79984C7B504D837AA1F512E5864AD745FF8EA6590535D437FF5431F997C546764E01A7CD2F58E44AAA3AD4A8C140','2cc9609dbc9978a4',6,30,'SHA1',0,1800000910,'completed','','totp',NULL);
INSERT INTO "enrolments" VALUES('9fa981cf1cdf8a9515ebe046529287906a2deb6709d60f41f8932307fc9bc54b','ceff375282252d96e542ba0b49ae7540','a55e9f2d8ea2b512e3f94018d3766af5','first factor',NULL,X'75A1E5CE6D86313AB5D4EEB5B758758EC9C6F695DB6864B0C1C9CE1692FC53AB9F39ED29995F3B1FA99EAC46AA7F1D0A3808195C264A3D8C00A00489','2cc9609dbc9978a4',6,30,'SHA1',0,1800000970,NULL,'','totp',NULL);
INSERT INTO "enrolments" VALUES('7a0da352dd18ddf96ad1bd03adbc0aa222fd17b41d245e87154a4585cdade549','73fd5057e356064ef97d2ca2b75109d7','0f66e0ffeb1f5df51d06909841214212','first factor',NULL,X'','',0,0,'',0,1800000970,'completed','key','passkey','62975cceae5f899b6a6767a0f7a1d16d43bb7e5802343b1be4f255e6640a8746');
INSERT INTO "enrolments" VALUES('83cf55bbc7b86fb3d7f26384fd3b4786e10bb05d59fef548119e34df42ba6a1e','ceff375282252d96e542ba0b49ae7540','75a10b84d492132fbf35cd767f6a87f2','first factor',NULL,X'','',0,0,'',0,1800000970,NULL,'','passkey','ca8858fdcdc9ecd95d0fbf3f3bdd2ec87dca8622fb01fd2515e0d43c590c17c0');
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
INSERT INTO "factors" VALUES('d6cfcc402d7253d671de9c9d1cad2ca5','884d1be77eec6b7a6e62dfa90e954acd','active',X'AC936060D0DDA1FA4C92FADC24BC79984C7B504D837AA1F512E5864AD745FF8EA6590535D437FF5431F997C546764E01A7CD2F58E44AAA3AD4A8C140','2cc9609dbc9978a4',6,30,'SHA1',60000001,1800000010,0,0,0,'','totp');
INSERT INTO "factors" VALUES('0f66e0ffeb1f5df51d06909841214212','73fd5057e356064ef97d2ca2b75109d7','active',X'','',0,0,'',0,1800000070,0,0,0,'key','passkey');
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
	PRIMARY KEY (id), 
	FOREIGN KEY(account_id) REFERENCES accounts (id)
);
INSERT INTO "notices" VALUES(1,'884d1be77eec6b7a6e62dfa90e954acd',1800000010,'factor bound',NULL,0);
INSERT INTO "notices" VALUES(2,'884d1be77eec6b7a6e62dfa90e954acd',1800000070,'recovered',NULL,0);
INSERT INTO "notices" VALUES(3,'73fd5057e356064ef97d2ca2b75109d7',1800000070,'factor bound',NULL,0);
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
INSERT INTO "passkeys" VALUES('0f66e0ffeb1f5df51d06909841214212','Vx5YrW6uEgtG8-_Ii6c55S9FPYUScOUewB7xgqlBEjM',X'A50102032620012158205B529C9BF56B1E8208786F20F151BCA5AFE8335ACD1C08ACF1046F9554AFF9FB225820782C93E620BB1A7DF002C2E30C10F04269E469883572E81167D8B2D170F18216',1,0,0,'usb',1800000070);
CREATE TABLE password_resets (
	token_hash VARCHAR(64) NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	expires_at BIGINT NOT NULL, 
	ended VARCHAR(16), 
	PRIMARY KEY (token_hash)
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
INSERT INTO "pendings" VALUES('25a4699fb584003e291ff65f1080d2e2a4cbf21abd3d9f7138a5bff11f867c81','884d1be77eec6b7a6e62dfa90e954acd','new factor',0,1800000370,NULL,NULL,'pwd');
INSERT INTO "pendings" VALUES('585535f192d6dd84da7ab28e05e4ca5e2f785b22e2369d4928c282f08f2a0b0a','884d1be77eec6b7a6e62dfa90e954acd','code',1,1800000370,'completed',NULL,'pwd');
INSERT INTO "pendings" VALUES('68a8b78c26a6d4e115b8016ad4f1d1c9c63ce27bc3b866e31d9bca06219a1389','73fd5057e356064ef97d2ca2b75109d7','first factor',0,1800000370,'superseded',NULL,'pwd');
INSERT INTO "pendings" VALUES('6d92748f6080c337740a92308efeecc39daeba4d206c90d0c11f22affb1702ec','884d1be77eec6b7a6e62dfa90e954acd','code',0,1800000340,'completed',NULL,'pwd');
INSERT INTO "pendings" VALUES('837817cc81e4bbe6bcfbf36a66baf7e719263e7ab4ff2e55988292ed511ee5fa','ceff375282252d96e542ba0b49ae7540','first factor',0,1800000370,NULL,NULL,'pwd');
INSERT INTO "pendings" VALUES('85a54acc8d9ea07ea57088d6ca20de915d91d611ae6df2ca008c411e4210a3c8','ceff375282252d96e542ba0b49ae7540','first factor',0,1800000370,NULL,NULL,'pwd');
INSERT INTO "pendings" VALUES('e9823dc7c07f7e423a1262f1a68a4a21a06b8e2937a9fe4ff0935ce06df08ecf','73fd5057e356064ef97d2ca2b75109d7','code',0,1800000370,'completed','0553b32301b66bacb223e88e603d5f816cc86098e19d49d4db41f9c3a194078d','pwd');
INSERT INTO "pendings" VALUES('eb4171b279142f2b6bb10f292f4faed334970e094f02cad392b5a107a1d1bdb5','884d1be77eec6b7a6e62dfa90e954acd','first factor',0,1800000310,'superseded',NULL,'pwd');
INSERT INTO "pendings" VALUES('ee8154f86e72f622398ea350fd891252a8921939ab9d471fddc40ae6344b0364','884d1be77eec6b7a6e62dfa90e954acd','code',1,1800000370,NULL,NULL,'pwd');
CREATE TABLE recovery_codes (
	id INTEGER NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	encoded VARCHAR(256) NOT NULL, 
	used_at BIGINT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(account_id) REFERENCES accounts (id)
);
INSERT INTO "recovery_codes" VALUES(1,'884d1be77eec6b7a6e62dfa90e954acd','$argon2id$v=19$m=8,t=1,p=1$EYW6fS6TYgynMeFo1yFPDw$pqAo4Hy8lUtWhWw6Y3zyYgZgy8xWV5zKUutcbsDmUTY',1800000070);
INSERT INTO "recovery_codes" VALUES(2,'884d1be77eec6b7a6e62dfa90e954acd','$argon2id$v=19$m=8,t=1,p=1$EYW6fS6TYgynMeFo1yFPDw$BhYPlLxkoE8sr3UdSyYxJIRyteYtFK6eBclnrF1zmiI',NULL);
INSERT INTO "recovery_codes" VALUES(3,'884d1be77eec6b7a6e62dfa90e954acd','$argon2id$v=19$m=8,t=1,p=1$EYW6fS6TYgynMeFo1yFPDw$OoX31P+j8jik0GhlSh6/quycN1PGL6X0HDoXk4dflJw',NULL);
INSERT INTO "recovery_codes" VALUES(4,'884d1be77eec6b7a6e62dfa90e954acd','$argon2id$v=19$m=8,t=1,p=1$EYW6fS6TYgynMeFo1yFPDw$9FDSd3ejhSjKcoowjLWgcOZX/Td6iyX4tHuUWSBbqqk',NULL);
INSERT INTO "recovery_codes" VALUES(5,'884d1be77eec6b7a6e62dfa90e954acd','$argon2id$v=19$m=8,t=1,p=1$EYW6fS6TYgynMeFo1yFPDw$ZzWiIoNG9+xYmGPZBjbXuaicYV6m0nlPQkG0Qn/hXpc',NULL);
INSERT INTO "recovery_codes" VALUES(6,'884d1be77eec6b7a6e62dfa90e954acd','$argon2id$v=19$m=8,t=1,p=1$EYW6fS6TYgynMeFo1yFPDw$X2KGn4T7aHUfUqukfkwxBx5iqC8Ev5x8gn7o9i6fvu0',NULL);
INSERT INTO "recovery_codes" VALUES(7,'884d1be77eec6b7a6e62dfa90e954acd','$argon2id$v=19$m=8,t=1,p=1$EYW6fS6TYgynMeFo1yFPDw$KVW29RAHYPcSNzF3y28DU8XHSoEkBa75tBPcaKWRrUI',NULL);
INSERT INTO "recovery_codes" VALUES(8,'884d1be77eec6b7a6e62dfa90e954acd','$argon2id$v=19$m=8,t=1,p=1$EYW6fS6TYgynMeFo1yFPDw$TXxrdXMkZgQxBpPWTTqCoVs5cdkzMsEfrI7KOqwdFPQ',NULL);
INSERT INTO "recovery_codes" VALUES(9,'884d1be77eec6b7a6e62dfa90e954acd','$argon2id$v=19$m=8,t=1,p=1$EYW6fS6TYgynMeFo1yFPDw$o012hBK9hG8iYH2TgASdN2Db4I3W3UCdgKQDsH7EF54',NULL);
INSERT INTO "recovery_codes" VALUES(10,'884d1be77eec6b7a6e62dfa90e954acd','$argon2id$v=19$m=8,t=1,p=1$EYW6fS6TYgynMeFo1yFPDw$GzLpOeDJQXrx/R0GTvoNlYSLgFSuu67ElRnEhNNU3Dw',NULL);
INSERT INTO "recovery_codes" VALUES(11,'884d1be77eec6b7a6e62dfa90e954acd','$argon2id$v=19$m=8,t=1,p=1$HdrXEsXunD0m2KRB0QSBZQ$t6FCYdTMyAjWMPVcMi3nC2kV+aqQzLhPZxinw9ym69k',NULL);
INSERT INTO "recovery_codes" VALUES(12,'73fd5057e356064ef97d2ca2b75109d7','$argon2id$v=19$m=8,t=1,p=1$GL9Dp9tFV74R5WesWEdJCQ$bFG/wLbjbirXjGuxaGRYgkdiVZRDP27WahtJhgrfg8Y',NULL);
INSERT INTO "recovery_codes" VALUES(13,'73fd5057e356064ef97d2ca2b75109d7','$argon2id$v=19$m=8,t=1,p=1$GL9Dp9tFV74R5WesWEdJCQ$/9IrfswJ8CKLWKSLbpawMjoB8b0IUxva3139ih3B+sA',NULL);
INSERT INTO "recovery_codes" VALUES(14,'73fd5057e356064ef97d2ca2b75109d7','$argon2id$v=19$m=8,t=1,p=1$GL9Dp9tFV74R5WesWEdJCQ$iexXL3e6nSjdP7xnvjzqXHn70UVEVL2WTiLggZOUbPg',NULL);
INSERT INTO "recovery_codes" VALUES(15,'73fd5057e356064ef97d2ca2b75109d7','$argon2id$v=19$m=8,t=1,p=1$GL9Dp9tFV74R5WesWEdJCQ$4vqa7YY9uSuAy6zjMPID0fiQLNyQNPYWBh25BtkJF6o',NULL);
INSERT INTO "recovery_codes" VALUES(16,'73fd5057e356064ef97d2ca2b75109d7','$argon2id$v=19$m=8,t=1,p=1$GL9Dp9tFV74R5WesWEdJCQ$mf4E3MfvjGbphn8v89gTkRPCIxZ78QTuObKFHAP3e80',NULL);
INSERT INTO "recovery_codes" VALUES(17,'73fd5057e356064ef97d2ca2b75109d7','$argon2id$v=19$m=8,t=1,p=1$GL9Dp9tFV74R5WesWEdJCQ$3KYqATQns5EwzlrH86WmLLkcylsjXCWd4m3k5/9o30s',NULL);
INSERT INTO "recovery_codes" VALUES(18,'73fd5057e356064ef97d2ca2b75109d7','$argon2id$v=19$m=8,t=1,p=1$GL9Dp9tFV74R5WesWEdJCQ$E3CcPEAEDSIjLg7WAktOf/J8Z5udXeWdWDWifb6DHeE',NULL);
INSERT INTO "recovery_codes" VALUES(19,'73fd5057e356064ef97d2ca2b75109d7','$argon2id$v=19$m=8,t=1,p=1$GL9Dp9tFV74R5WesWEdJCQ$i8MuTzK+ib5zqzjAAg8/7XSLuFpfZ8RAqwOStfxSuNI',NULL);
INSERT INTO "recovery_codes" VALUES(20,'73fd5057e356064ef97d2ca2b75109d7','$argon2id$v=19$m=8,t=1,p=1$GL9Dp9tFV74R5WesWEdJCQ$iowcam06R/XTN9APt2DqrAJ54CmoQ1svCAK7wb2CElg',NULL);
INSERT INTO "recovery_codes" VALUES(21,'73fd5057e356064ef97d2ca2b75109d7','$argon2id$v=19$m=8,t=1,p=1$GL9Dp9tFV74R5WesWEdJCQ$3C/5hkbfyjum2UUqp22KaVmund25aN4kVCQm9r6K/vA',NULL);
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
INSERT INTO "sessions" VALUES('94e1c7a003f6c24a0c6d326cb8d6c75ffa6f77cf5e6568316fa1fc202db4c095','884d1be77eec6b7a6e62dfa90e954acd',1800000040,1800000040,NULL,'pwd otp mfa');
INSERT INTO "sessions" VALUES('dfe025bf9ff5ceac7d44d6d7003686712cedec585d017fb976d953474c4ee6e1','73fd5057e356064ef97d2ca2b75109d7',1800000070,1800000070,NULL,'pwd hwk user mfa');
CREATE TABLE throttles (
	"key" VARCHAR(64) NOT NULL, 
	failures INTEGER NOT NULL, 
	wait_until BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	PRIMARY KEY ("key")
)
 WITHOUT ROWID

;
CREATE UNIQUE INDEX ix_accounts_external ON accounts (issuer, external_id);
CREATE INDEX ix_accounts_codes_issue ON accounts (codes_issue);
CREATE INDEX ix_password_resets_account_id ON password_resets (account_id);
CREATE INDEX ix_password_resets_expires_at ON password_resets (expires_at);
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
