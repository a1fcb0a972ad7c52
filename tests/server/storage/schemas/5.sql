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
	PRIMARY KEY (id), 
	UNIQUE (normal_name)
);
INSERT INTO "accounts" VALUES('a953276b217438512bbc9591a83ff03c','alice@example.org','alice@example.org','$argon2id$v=19$m=8,t=1,p=1$P9A1eJxsQp886cWcW4O60w$C/YPl4MhBPRAZiiMD27d8ru5xIejadebpvjy85EomSo',1,0,0,0,1800000010,'d849488dd3fc9aa127da22cc1616e1ce',NULL,'');
INSERT INTO "accounts" VALUES('7a25fdebb3dfd7da16408925030e9fee','bob@example.org','bob@example.org','$argon2id$v=19$m=8,t=1,p=1$Ouxb0/p6DjZ67KDk6JYsHQ$e0IjvFypSMixEdiJnpLn2lO9YBgb7hhMUUqGYUL7WDw',0,0,0,0,1800000010,'',NULL,'PQZzVbaYeZo91-OGWF8_H-dSyDMEmNmJ-wC7oj35_lA');
INSERT INTO "accounts" VALUES('fcfbbc0d79cc1819a583a21b221d0bd1','carol@example.org','carol@example.org','$argon2id$v=19$m=8,t=1,p=1$Ps/grulWlJ1n5ZK93O1pJw$Gr2q9ZxJgFOB2ERaeIjT4grvTNukZ1iNTpvtJwxMkSs',0,0,0,0,1800000070,'6dcf6d0f358c0faa512575823ed410b2',NULL,'uurowXDXn7iBLKxQYKpq2djhyOtCuHMbcYW9LUYiWt4');
CREATE TABLE audit (
	id INTEGER NOT NULL CHECK (id > 0), 
	at BIGINT NOT NULL, 
	event VARCHAR(32) NOT NULL, 
	account_id VARCHAR(32), 
	reason VARCHAR(32), 
	PRIMARY KEY (id)
);
INSERT INTO "audit" VALUES(1,1800000010,'registered','a953276b217438512bbc9591a83ff03c',NULL);
INSERT INTO "audit" VALUES(2,1800000010,'registered','7a25fdebb3dfd7da16408925030e9fee',NULL);
INSERT INTO "audit" VALUES(3,1800000010,'password accepted','a953276b217438512bbc9591a83ff03c',NULL);
INSERT INTO "audit" VALUES(4,1800000010,'enrolment started','a953276b217438512bbc9591a83ff03c',NULL);
INSERT INTO "audit" VALUES(5,1800000010,'factor bound','a953276b217438512bbc9591a83ff03c',NULL);
INSERT INTO "audit" VALUES(6,1800000040,'password accepted','a953276b217438512bbc9591a83ff03c',NULL);
INSERT INTO "audit" VALUES(7,1800000040,'logged in','a953276b217438512bbc9591a83ff03c',NULL);
INSERT INTO "audit" VALUES(8,1800000070,'password refused','7a25fdebb3dfd7da16408925030e9fee','wrong password');
INSERT INTO "audit" VALUES(9,1800000070,'password accepted','a953276b217438512bbc9591a83ff03c',NULL);
INSERT INTO "audit" VALUES(10,1800000070,'recovered','a953276b217438512bbc9591a83ff03c',NULL);
INSERT INTO "audit" VALUES(11,1800000070,'password accepted','7a25fdebb3dfd7da16408925030e9fee',NULL);
INSERT INTO "audit" VALUES(12,1800000070,'enrolment started','7a25fdebb3dfd7da16408925030e9fee',NULL);
INSERT INTO "audit" VALUES(13,1800000070,'password accepted','a953276b217438512bbc9591a83ff03c',NULL);
INSERT INTO "audit" VALUES(14,1800000070,'code refused','a953276b217438512bbc9591a83ff03c','no match');
INSERT INTO "audit" VALUES(15,1800000070,'registered','fcfbbc0d79cc1819a583a21b221d0bd1',NULL);
INSERT INTO "audit" VALUES(16,1800000070,'password accepted','fcfbbc0d79cc1819a583a21b221d0bd1',NULL);
INSERT INTO "audit" VALUES(17,1800000070,'enrolment started','fcfbbc0d79cc1819a583a21b221d0bd1','passkey');
INSERT INTO "audit" VALUES(18,1800000070,'factor bound','fcfbbc0d79cc1819a583a21b221d0bd1','passkey');
INSERT INTO "audit" VALUES(19,1800000070,'password accepted','7a25fdebb3dfd7da16408925030e9fee',NULL);
INSERT INTO "audit" VALUES(20,1800000070,'enrolment started','7a25fdebb3dfd7da16408925030e9fee','passkey');
INSERT INTO "audit" VALUES(21,1800000070,'password accepted','fcfbbc0d79cc1819a583a21b221d0bd1',NULL);
INSERT INTO "audit" VALUES(22,1800000070,'logged in','fcfbbc0d79cc1819a583a21b221d0bd1','passkey');
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
INSERT INTO "enrolments" VALUES('ade0f1e6d2f07c2cbb8fd4f7704c4ed0775ff1944c4b1557d7c1aed6d7fcfcb2','a953276b217438512bbc9591a83ff03c','e98e0347c7d2a1ee9b16e12d815baaf6','first factor',NULL,X'79E2A217BE480DEEFE44770B135E5052CF58EB23CF400ADAA368847ECC63C5FE9F4BA12CF06952DE6ABECEDC020CC76017FD0AFE333CA74B317867B7','2cc9609dbc9978a4',6,30,'SHA1',0,1800000910,'completed','','totp',NULL);
INSERT INTO "enrolments" VALUES('dbccb34c08a64be37fc1f2ed282a8e06b57dc26bf19118c33e35df392a7f6d66','7a25fdebb3dfd7da16408925030e9fee','959bac981664615a957dd05183802c53','first factor',NULL,X'DA64625335C846F1C1C7475AF4B8E0A81AA09FE3E4E887DFC74237944A9AB86BB157B3A1C5B117A95C56991D5B4A11F8CC63929836B2431EFD4233A0','2cc9609dbc9978a4',6,30,'SHA1',0,1800000970,NULL,'','totp',NULL);
INSERT INTO "enrolments" VALUES('c5d9c831da62bed63c94584db6a29038ba2ecb811bb008f990bee1897ffc777e','fcfbbc0d79cc1819a583a21b221d0bd1','fd4cd812d5e446ef211d776ddb9d24f4','first factor',NULL,X'','',0,0,'',0,1800000970,'completed','key','passkey','22915138109bba1b3338860d39b7e2d8550db2d77add754a02a1aa6fa44b23ff');
INSERT INTO "enrolments" VALUES('9e76cef955acdfbe1fb35d989d9a981e32cda1b513d2ecae02381bd3cebba521','7a25fdebb3dfd7da16408925030e9fee','29fba0e96e1674ba18f85f8d6cfed926','first factor',NULL,X'','',0,0,'',0,1800000970,NULL,'','passkey','c9da4f8d47d526f7b44b543660b1f464e972ed708b045f7b5e80e90751dcb404');
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
INSERT INTO "factors" VALUES('e98e0347c7d2a1ee9b16e12d815baaf6','a953276b217438512bbc9591a83ff03c','active',X'79E2A217BE480DEEFE44770B135E5052CF58EB23CF400ADAA368847ECC63C5FE9F4BA12CF06952DE6ABECEDC020CC76017FD0AFE333CA74B317867B7','2cc9609dbc9978a4',6,30,'SHA1',60000001,1800000010,0,0,0,'','totp');
INSERT INTO "factors" VALUES('fd4cd812d5e446ef211d776ddb9d24f4','fcfbbc0d79cc1819a583a21b221d0bd1','active',X'','',0,0,'',0,1800000070,0,0,0,'key','passkey');
CREATE TABLE mfa_lab (
	schema_version INTEGER NOT NULL, 
	key_id VARCHAR(16) NOT NULL, 
	key_check VARCHAR(64) NOT NULL
);
INSERT INTO "mfa_lab" VALUES(5,'2cc9609dbc9978a4','9c007277910a487ee1154cc000481c549c9cef35dca4ca06dd00d06c91cacb9c');
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
INSERT INTO "notices" VALUES(1,'a953276b217438512bbc9591a83ff03c',1800000010,'factor bound',NULL,0);
INSERT INTO "notices" VALUES(2,'a953276b217438512bbc9591a83ff03c',1800000070,'recovered',NULL,0);
INSERT INTO "notices" VALUES(3,'fcfbbc0d79cc1819a583a21b221d0bd1',1800000070,'factor bound',NULL,0);
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
INSERT INTO "passkeys" VALUES('fd4cd812d5e446ef211d776ddb9d24f4','Vx5YrW6uEgtG8-_Ii6c55S9FPYUScOUewB7xgqlBEjM',X'A50102032620012158205B529C9BF56B1E8208786F20F151BCA5AFE8335ACD1C08ACF1046F9554AFF9FB225820782C93E620BB1A7DF002C2E30C10F04269E469883572E81167D8B2D170F18216',1,0,0,'usb',1800000070);
CREATE TABLE pendings (
	token_hash VARCHAR(64) NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	permits VARCHAR(16) NOT NULL, 
	wrong_codes INTEGER NOT NULL, 
	expires_at BIGINT NOT NULL, 
	ended VARCHAR(16), 
	challenge_hash VARCHAR(64), 
	PRIMARY KEY (token_hash), 
	FOREIGN KEY(account_id) REFERENCES accounts (id)
)
 WITHOUT ROWID

;
INSERT INTO "pendings" VALUES('216c4a7797acb7e45b6dfc8de5669e4d832485fd0b6b0f0948423116587a222b','a953276b217438512bbc9591a83ff03c','code',1,1800000370,NULL,NULL);
INSERT INTO "pendings" VALUES('459cb86e1218eb0ed206c8a2287500336e6f43ea2933cbc8a722c133d1f88c3e','a953276b217438512bbc9591a83ff03c','code',0,1800000340,'completed',NULL);
INSERT INTO "pendings" VALUES('53ff8f07d9efd5da771ac9d130cbefc203ef9b514d3dfe24261066f405cad9cf','a953276b217438512bbc9591a83ff03c','new factor',0,1800000370,NULL,NULL);
INSERT INTO "pendings" VALUES('847b5b30b96b5f45c9ea0409cde0edca80704f2b1c3639392766b30e4a403dfa','fcfbbc0d79cc1819a583a21b221d0bd1','first factor',0,1800000370,'superseded',NULL);
INSERT INTO "pendings" VALUES('968b90a4fb01803a667728eefce9a3701097fda9545f0a5d0e5ab77c3feeb4ab','7a25fdebb3dfd7da16408925030e9fee','first factor',0,1800000370,NULL,NULL);
INSERT INTO "pendings" VALUES('9a96638b92cc4917d20a286d5827cb291f5c736fd92343bde7bf039f64c0a0bc','a953276b217438512bbc9591a83ff03c','code',1,1800000370,'completed',NULL);
INSERT INTO "pendings" VALUES('bd61ce513d3c8bcecd7b44f866bb9fa53ac755630c00f2600c35780579c558ec','fcfbbc0d79cc1819a583a21b221d0bd1','code',0,1800000370,'completed','94a26cf0711bae40205967dea5ed644bd1d1bb53b83fb06989066b65b73c3f1e');
INSERT INTO "pendings" VALUES('dacf5c3523ebe6c8f497ce0a0c80a99eeffb2a6bbec731649c203130683413f4','a953276b217438512bbc9591a83ff03c','first factor',0,1800000310,'superseded',NULL);
INSERT INTO "pendings" VALUES('f597dbdbbf79e6723df2c0733ff44077cc7eeb13a4e063b5693aceb983202664','7a25fdebb3dfd7da16408925030e9fee','first factor',0,1800000370,NULL,NULL);
CREATE TABLE recovery_codes (
	id INTEGER NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	encoded VARCHAR(256) NOT NULL, 
	used_at BIGINT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(account_id) REFERENCES accounts (id)
);
INSERT INTO "recovery_codes" VALUES(1,'a953276b217438512bbc9591a83ff03c','$argon2id$v=19$m=8,t=1,p=1$sQwEFsGzPENoHpMN8L5R9A$VJ21vLhpLcOnTtV3omZslUbi/4+xO1QnHC105BwpMo0',1800000070);
INSERT INTO "recovery_codes" VALUES(2,'a953276b217438512bbc9591a83ff03c','$argon2id$v=19$m=8,t=1,p=1$sQwEFsGzPENoHpMN8L5R9A$7smM1dJ2DpLlyeatv4VDGUa2bgRLtRoHN6kx0xfIfgo',NULL);
INSERT INTO "recovery_codes" VALUES(3,'a953276b217438512bbc9591a83ff03c','$argon2id$v=19$m=8,t=1,p=1$sQwEFsGzPENoHpMN8L5R9A$zpVbifFRo80hmF1HfUeyMLWGdF1xMFXBlRRJF80Uux8',NULL);
INSERT INTO "recovery_codes" VALUES(4,'a953276b217438512bbc9591a83ff03c','$argon2id$v=19$m=8,t=1,p=1$sQwEFsGzPENoHpMN8L5R9A$jr57v31s6qISnAbHxx+X+pFK43/Pcq4CP1rINukNKAw',NULL);
INSERT INTO "recovery_codes" VALUES(5,'a953276b217438512bbc9591a83ff03c','$argon2id$v=19$m=8,t=1,p=1$sQwEFsGzPENoHpMN8L5R9A$uEDpOG+ddC+sdlAjgotCw5T1JYERTl60bf5kpUnTJIo',NULL);
INSERT INTO "recovery_codes" VALUES(6,'a953276b217438512bbc9591a83ff03c','$argon2id$v=19$m=8,t=1,p=1$sQwEFsGzPENoHpMN8L5R9A$IDUGZglKz330X0mg6kf+uIN5xkDRB/xxGv3qCDRmcZY',NULL);
INSERT INTO "recovery_codes" VALUES(7,'a953276b217438512bbc9591a83ff03c','$argon2id$v=19$m=8,t=1,p=1$sQwEFsGzPENoHpMN8L5R9A$5hsr5oRQoPkY+9WnVxld13riilIXx41vxjUaDMfbGfI',NULL);
INSERT INTO "recovery_codes" VALUES(8,'a953276b217438512bbc9591a83ff03c','$argon2id$v=19$m=8,t=1,p=1$sQwEFsGzPENoHpMN8L5R9A$qJan5o1EPOvL1sU8tb9OA6ffgnjHPJATpLeg9SIhXvA',NULL);
INSERT INTO "recovery_codes" VALUES(9,'a953276b217438512bbc9591a83ff03c','$argon2id$v=19$m=8,t=1,p=1$sQwEFsGzPENoHpMN8L5R9A$Ei8FY1sHbg3UydQJVImVInm/M45/dGQbIlBBru/D3cs',NULL);
INSERT INTO "recovery_codes" VALUES(10,'a953276b217438512bbc9591a83ff03c','$argon2id$v=19$m=8,t=1,p=1$sQwEFsGzPENoHpMN8L5R9A$EJsfC080LwfTXmn1jK6CX9wzxHKEnQuP0b56K1sjM3k',NULL);
INSERT INTO "recovery_codes" VALUES(11,'a953276b217438512bbc9591a83ff03c','$argon2id$v=19$m=8,t=1,p=1$b6qcQUOXeEpwi5yYp4xigg$toUwDN7Lf/OBu0zwd/OvPJJS/wOMQuDFayRqbTxslQI',NULL);
INSERT INTO "recovery_codes" VALUES(12,'fcfbbc0d79cc1819a583a21b221d0bd1','$argon2id$v=19$m=8,t=1,p=1$2jaQD6pC9vprI+uOrDpCug$uff8j7F1Dw9Ikqq61+B3GheYwH/JbgpQCwXwdQ+atFM',NULL);
INSERT INTO "recovery_codes" VALUES(13,'fcfbbc0d79cc1819a583a21b221d0bd1','$argon2id$v=19$m=8,t=1,p=1$2jaQD6pC9vprI+uOrDpCug$TVNJmLU5iTDohaAF18eW3wsP8ScBnSRlBWFZD377ZAc',NULL);
INSERT INTO "recovery_codes" VALUES(14,'fcfbbc0d79cc1819a583a21b221d0bd1','$argon2id$v=19$m=8,t=1,p=1$2jaQD6pC9vprI+uOrDpCug$k2NSlUEk6y447ZCGwsco/KXQSXg3WhwAS147Cr31+1k',NULL);
INSERT INTO "recovery_codes" VALUES(15,'fcfbbc0d79cc1819a583a21b221d0bd1','$argon2id$v=19$m=8,t=1,p=1$2jaQD6pC9vprI+uOrDpCug$PK2dq7lScMB4BN4y9y0BN0QXx9cfMiXPkudhZz9lQGk',NULL);
INSERT INTO "recovery_codes" VALUES(16,'fcfbbc0d79cc1819a583a21b221d0bd1','$argon2id$v=19$m=8,t=1,p=1$2jaQD6pC9vprI+uOrDpCug$uJtUdXWAH8bWIZUSZS8gnkKXodEWfUrXDM7r/9r3GOQ',NULL);
INSERT INTO "recovery_codes" VALUES(17,'fcfbbc0d79cc1819a583a21b221d0bd1','$argon2id$v=19$m=8,t=1,p=1$2jaQD6pC9vprI+uOrDpCug$l735aD6GODagUPwSpw46pEv0C9TSziZlrRQn4Ac03xU',NULL);
INSERT INTO "recovery_codes" VALUES(18,'fcfbbc0d79cc1819a583a21b221d0bd1','$argon2id$v=19$m=8,t=1,p=1$2jaQD6pC9vprI+uOrDpCug$6Pw/vInenK+yLDK3PVjUp7TPAudvvEjnbK2Y6SHgdpk',NULL);
INSERT INTO "recovery_codes" VALUES(19,'fcfbbc0d79cc1819a583a21b221d0bd1','$argon2id$v=19$m=8,t=1,p=1$2jaQD6pC9vprI+uOrDpCug$Ki6vo/MbUAafAGdZxuWFRKgRP3zs6r/wiREXxr+pno4',NULL);
INSERT INTO "recovery_codes" VALUES(20,'fcfbbc0d79cc1819a583a21b221d0bd1','$argon2id$v=19$m=8,t=1,p=1$2jaQD6pC9vprI+uOrDpCug$GnkGQzjFz72go0e7TnGhdjCU/h5Wc6uRF+j5xclfXgs',NULL);
INSERT INTO "recovery_codes" VALUES(21,'fcfbbc0d79cc1819a583a21b221d0bd1','$argon2id$v=19$m=8,t=1,p=1$2jaQD6pC9vprI+uOrDpCug$tf0ah+94em8WR7lIU6YX2av5DIaw0skj2Oavx8cxzAU',NULL);
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
INSERT INTO "sessions" VALUES('7373b8f09f4f20daa60e352619832e94781f51b2a08e35fe7c3071a17d9a4add','a953276b217438512bbc9591a83ff03c',1800000040,1800000040,NULL,'pwd otp mfa');
INSERT INTO "sessions" VALUES('f105a885a795c56182b0a864680b01973f651c4b4d782ea47dc1c7a6e13ba37e','fcfbbc0d79cc1819a583a21b221d0bd1',1800000070,1800000070,NULL,'pwd hwk user mfa');
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
