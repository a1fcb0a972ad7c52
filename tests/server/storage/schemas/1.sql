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
INSERT INTO "accounts" VALUES('e7172c6eaf3087e74d52162290a11cfa','alice@example.org','alice@example.org','$argon2id$v=19$m=8,t=1,p=1$eIWW2jaEXfPf9HdAvNYBzQ$IMf4iYMpfpb9O4U/YsxWsMifk7IzOTr5SzwQFxkADs4',1,0,0,0,1800000010);
INSERT INTO "accounts" VALUES('ff092ec2deee11f0998265f31cf5b972','bob@example.org','bob@example.org','$argon2id$v=19$m=8,t=1,p=1$58qv/xSad4JnARTt7QKTNg$UiWH9lwAVzNyPNFWDJQEkKLeZmtEojkPzVHPSehcvEU',0,0,0,0,1800000010);
CREATE TABLE audit (
	id INTEGER NOT NULL CHECK (id > 0), 
	at BIGINT NOT NULL, 
	event VARCHAR(32) NOT NULL, 
	account_id VARCHAR(32), 
	reason VARCHAR(32), 
	PRIMARY KEY (id)
);
INSERT INTO "audit" VALUES(1,1800000010,'registered','e7172c6eaf3087e74d52162290a11cfa',NULL);
INSERT INTO "audit" VALUES(2,1800000010,'registered','ff092ec2deee11f0998265f31cf5b972',NULL);
INSERT INTO "audit" VALUES(3,1800000010,'password accepted','e7172c6eaf3087e74d52162290a11cfa',NULL);
INSERT INTO "audit" VALUES(4,1800000010,'enrolment started','e7172c6eaf3087e74d52162290a11cfa',NULL);
INSERT INTO "audit" VALUES(5,1800000010,'factor bound','e7172c6eaf3087e74d52162290a11cfa',NULL);
INSERT INTO "audit" VALUES(6,1800000040,'password accepted','e7172c6eaf3087e74d52162290a11cfa',NULL);
INSERT INTO "audit" VALUES(7,1800000040,'logged in','e7172c6eaf3087e74d52162290a11cfa',NULL);
INSERT INTO "audit" VALUES(8,1800000070,'password refused','ff092ec2deee11f0998265f31cf5b972','wrong password');
INSERT INTO "audit" VALUES(9,1800000070,'password accepted','e7172c6eaf3087e74d52162290a11cfa',NULL);
INSERT INTO "audit" VALUES(10,1800000070,'recovered','e7172c6eaf3087e74d52162290a11cfa',NULL);
INSERT INTO "audit" VALUES(11,1800000070,'password accepted','ff092ec2deee11f0998265f31cf5b972',NULL);
INSERT INTO "audit" VALUES(12,1800000070,'enrolment started','ff092ec2deee11f0998265f31cf5b972',NULL);
INSERT INTO "audit" VALUES(13,1800000070,'password accepted','e7172c6eaf3087e74d52162290a11cfa',NULL);
INSERT INTO "audit" VALUES(14,1800000070,'code refused','e7172c6eaf3087e74d52162290a11cfa','no match');
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
INSERT INTO "enrolments" VALUES('f6b1a028a34a334b5c2b098d74d72c0b40f43ced257af8f0448218156a7de1bb','e7172c6eaf3087e74d52162290a11cfa','f864d9450a9c162a8c143fb4f88fc26b','first factor',NULL,X'17F93570F27DBC94650A8D505C7659FB3D5464338F02BD2452A88BF85B96FA317A2F4A435E6F6D42D0A68FAE826037AEFA358C6AC52AC4733735EA7B','2cc9609dbc9978a4',6,30,'SHA1',0,1800000910,'completed');
INSERT INTO "enrolments" VALUES('6e4d7033c568fd3a64a0eaac7f0bf099b9312cfe9d2390a4ee018e2df9baca0a','ff092ec2deee11f0998265f31cf5b972','04d221b92093a1908f621f6e319718e8','first factor',NULL,X'EA5790F2226022C7CD848F4D26E362552311020642774104DA54251B1ECA8D371BD95DE57C53911E06309809C25EA016C7BE48353CDF2780100B4C1E','2cc9609dbc9978a4',6,30,'SHA1',0,1800000970,NULL);
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
	PRIMARY KEY (id), 
	FOREIGN KEY(account_id) REFERENCES accounts (id)
);
INSERT INTO "factors" VALUES('f864d9450a9c162a8c143fb4f88fc26b','e7172c6eaf3087e74d52162290a11cfa','active',X'17F93570F27DBC94650A8D505C7659FB3D5464338F02BD2452A88BF85B96FA317A2F4A435E6F6D42D0A68FAE826037AEFA358C6AC52AC4733735EA7B','2cc9609dbc9978a4',6,30,'SHA1',60000001,1800000010);
CREATE TABLE mfa_lab (
	schema_version INTEGER NOT NULL, 
	key_id VARCHAR(16) NOT NULL, 
	key_check VARCHAR(64) NOT NULL
);
INSERT INTO "mfa_lab" VALUES(1,'2cc9609dbc9978a4','9c007277910a487ee1154cc000481c549c9cef35dca4ca06dd00d06c91cacb9c');
CREATE TABLE notices (
	id INTEGER NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	at BIGINT NOT NULL, 
	event VARCHAR(32) NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(account_id) REFERENCES accounts (id)
);
INSERT INTO "notices" VALUES(1,'e7172c6eaf3087e74d52162290a11cfa',1800000010,'factor bound');
INSERT INTO "notices" VALUES(2,'e7172c6eaf3087e74d52162290a11cfa',1800000070,'recovered');
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
INSERT INTO "pendings" VALUES('3edc03f4e1fa51a52f65131595aa9c3e6920494cbb05ed77aff485c8880717ed','ff092ec2deee11f0998265f31cf5b972','first factor',0,1800000370,NULL);
INSERT INTO "pendings" VALUES('7548d5580e4ab836e6fe28b5c10fa6194a0680e91d7c37955113ca4767cf608f','e7172c6eaf3087e74d52162290a11cfa','code',1,1800000370,'completed');
INSERT INTO "pendings" VALUES('822ecdf5f8c2ff76d99fdc95aaba59711a747ce1e9c46936d9e4c09488749727','e7172c6eaf3087e74d52162290a11cfa','first factor',0,1800000310,'superseded');
INSERT INTO "pendings" VALUES('8f9b537fe17c07a4886e4c4ca9b8d0dac1a4066ff472aac703e7b99c26a74a76','e7172c6eaf3087e74d52162290a11cfa','code',0,1800000340,'completed');
INSERT INTO "pendings" VALUES('ee2b634004ea839acbb301ad27b0c9850a7ff9be5a07886ae6434b9b9086ba9a','e7172c6eaf3087e74d52162290a11cfa','code',1,1800000370,NULL);
INSERT INTO "pendings" VALUES('ee6b37c805508bfe1e438e351281d70d257075f33a349e0cb5ce7e572f53aaba','e7172c6eaf3087e74d52162290a11cfa','new factor',0,1800000370,NULL);
CREATE TABLE recovery_codes (
	id INTEGER NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	encoded VARCHAR(256) NOT NULL, 
	used_at BIGINT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(account_id) REFERENCES accounts (id)
);
INSERT INTO "recovery_codes" VALUES(1,'e7172c6eaf3087e74d52162290a11cfa','$argon2id$v=19$m=8,t=1,p=1$iDQKkxOhPXlsMKzxi3FBUA$FvsBHAq+j+tAfr9I4SCzbyeelvMymS31/DVTgAi7swA',1800000070);
INSERT INTO "recovery_codes" VALUES(2,'e7172c6eaf3087e74d52162290a11cfa','$argon2id$v=19$m=8,t=1,p=1$iDQKkxOhPXlsMKzxi3FBUA$wLFd2AyvoDUolBILQZF+IKM175X6+HQkd5x0IvXA+H0',NULL);
INSERT INTO "recovery_codes" VALUES(3,'e7172c6eaf3087e74d52162290a11cfa','$argon2id$v=19$m=8,t=1,p=1$iDQKkxOhPXlsMKzxi3FBUA$LIaYOiorhiMSJcva9C5f1xWuJpB12d+CNhEYk4rQVYE',NULL);
INSERT INTO "recovery_codes" VALUES(4,'e7172c6eaf3087e74d52162290a11cfa','$argon2id$v=19$m=8,t=1,p=1$iDQKkxOhPXlsMKzxi3FBUA$LwZOZnT6qxrw4obLmJ1sgfc9pwGstHbvPKlFfmHBMjo',NULL);
INSERT INTO "recovery_codes" VALUES(5,'e7172c6eaf3087e74d52162290a11cfa','$argon2id$v=19$m=8,t=1,p=1$iDQKkxOhPXlsMKzxi3FBUA$MiGZcUSx/aWXkNxiFFPSLCw/5jRDtJnPr8cFbnQZjCE',NULL);
INSERT INTO "recovery_codes" VALUES(6,'e7172c6eaf3087e74d52162290a11cfa','$argon2id$v=19$m=8,t=1,p=1$iDQKkxOhPXlsMKzxi3FBUA$1+vH3EX6f8HqzG4qmMXHmoj2L1zb1VpW9jotLFSzMuk',NULL);
INSERT INTO "recovery_codes" VALUES(7,'e7172c6eaf3087e74d52162290a11cfa','$argon2id$v=19$m=8,t=1,p=1$iDQKkxOhPXlsMKzxi3FBUA$6Gmek42IZ9qYGhFcUYllKGQvrMCun4EPhw+Cjn/f224',NULL);
INSERT INTO "recovery_codes" VALUES(8,'e7172c6eaf3087e74d52162290a11cfa','$argon2id$v=19$m=8,t=1,p=1$iDQKkxOhPXlsMKzxi3FBUA$uK1hIFamhpUFhD8ltUe1dhkby364Xsv703qzcjzA4TA',NULL);
INSERT INTO "recovery_codes" VALUES(9,'e7172c6eaf3087e74d52162290a11cfa','$argon2id$v=19$m=8,t=1,p=1$iDQKkxOhPXlsMKzxi3FBUA$m41l8l6tWolrRBOY01VUK3x6Hh/VQEUiAOvumcPvbOk',NULL);
INSERT INTO "recovery_codes" VALUES(10,'e7172c6eaf3087e74d52162290a11cfa','$argon2id$v=19$m=8,t=1,p=1$iDQKkxOhPXlsMKzxi3FBUA$IYyrp5qc+pW+4348dsIU6g/dv8pgd91GPK9CavWixPw',NULL);
INSERT INTO "recovery_codes" VALUES(11,'e7172c6eaf3087e74d52162290a11cfa','$argon2id$v=19$m=8,t=1,p=1$3yPLloD7Z5rFzgt/a2LJZw$X4yqUEqz+vpcu9ByV9yWq31k+/HG9pq/0ZwpvlFiS+I',NULL);
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
INSERT INTO "sessions" VALUES('a44241231c4761c9f674c90bdac750143131a68c9a97bbc035576dfe563f9984','e7172c6eaf3087e74d52162290a11cfa',1800000040,1800000040,NULL);
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
CREATE INDEX ix_pendings_expires_at ON pendings (expires_at);
CREATE INDEX ix_pendings_account_id ON pendings (account_id);
CREATE INDEX ix_enrolments_expires_at ON enrolments (expires_at);
CREATE INDEX ix_enrolments_account_id ON enrolments (account_id);
CREATE INDEX ix_sessions_account_id ON sessions (account_id);
CREATE INDEX ix_sessions_seen_at ON sessions (seen_at);
CREATE INDEX ix_recovery_codes_account_id ON recovery_codes (account_id);
CREATE INDEX ix_notices_account_id ON notices (account_id);
COMMIT;
