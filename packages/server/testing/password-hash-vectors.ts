/**
 * Hashes of other systems with their passwords. The first are published, by whom says the first column. The others were made for these tests by the
 * named release of the system itself, or computed with Python's hashlib: never by the code under test.
 */
export const passwordHashVectors: readonly (readonly [source: string, hash: string, password: string])[] = [
  ['crypt_blowfish 1.3, wrapper.c', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW', 'U*U'],
  ['crypt_blowfish 1.3, wrapper.c', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK', 'U*U*'],
  ['crypt_blowfish 1.3, wrapper.c', '$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a', 'U*U*U'],
  ['crypt_blowfish 1.3, wrapper.c', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy', ''],
  [
    'crypt_blowfish 1.3, wrapper.c: only 72 bytes count',
    '$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui',
    '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored',
  ],
  ['RFC 6070, third vector', '$pbkdf2-sha1$i=4096$c2FsdA$SwB5AbdlSJq+rUnZJvch0GWkKcE', 'password'],
  [
    'RFC 6070, fifth vector, of two blocks',
    '$pbkdf2-sha1$i=4096$c2FsdFNBTFRzYWx0U0FMVHNhbHRTQUxUc2FsdFNBTFRzYWx0$PS7sT+QchJuAyNg2YsDkSospGpZM8vBwOA',
    'passwordPASSWORDpassword',
  ],
  ['RFC 6070, sixth vector, with NUL', '$pbkdf2-sha1$i=4096$c2EAbHQ$Vvpqp1VICZ3MN9fwNCXgww', 'pass\0word'],
  [
    'RFC 7914 §11, first vector',
    '$pbkdf2-sha256$i=1$c2FsdA$VawEblbjCJ/sFpHCJUS2BflBhSFt3gRl5oudV8INrLxJypzM8Xm2RZkWZLOdd+8xfHG4RbHjC9UJESBB06GXgw',
    'passwd',
  ],
  [
    'RFC 7914 §11, second vector',
    '$pbkdf2-sha256$i=80000,l=64$TmFDbA$TdzY9guYviGDDO5e8icB+WQaRBjQTAQUrv8Ih2s0q1ah1CWhIlgzVJrbhBtRybMXaicr3ruh0HhHj2Kzl/M8jQ',
    'Password',
  ],
  [
    'RFC 7914 §12, second vector',
    '$scrypt$ln=10,r=8,p=16$TmFDbA$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWIurzDZLiKjiG/xCSedmDDaxyevuUqD7m2DYMvfoswGQA',
    'password',
  ],
  [
    'RFC 7914 §12, third vector',
    '$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw',
    'pleaseletmein',
  ],
  [
    'github.com/firebase/scrypt, README',
    '$firebase-scrypt$rounds=8,mem_cost=14,salt_separator=Bw==$jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==$42xEC+ixf3L2lw==$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==',
    'user1password',
  ],
  ['PHPass 0.5, test.php', '$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0', 'test12345'],
  [
    'dotnet/aspnetcore, PasswordHasherTest.cs, version 2',
    'AAABAgMEBQYHCAkKCwwNDg+ukCEMDf0yyQ29NYubggHIVY0sdEUfdyeM+E1LtH1uJg==',
    'my password',
  ],
  [
    'dotnet/aspnetcore, PasswordHasherTest.cs, version 3, SHA-1',
    'AQAAAAAAAAD6AAAAEAhftMyfTJylOlZT+eEotFXd1elee8ih5WsjXaR3PA9M',
    'my password',
  ],
  [
    'dotnet/aspnetcore, PasswordHasherTest.cs, version 3, SHA-256',
    'AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw==',
    'my password',
  ],
  [
    'dotnet/aspnetcore, PasswordHasherTest.cs, version 3, 250,000 times',
    'AQAAAAEAA9CQAAAAIESkQuj2Du8Y+kbc5lcN/W/3NiAZFEm11P27nrSN5/tId+bR1SwV8CO1Jd72r4C08OLvplNlCDc3oQZ8efcW+jQ=',
    'my password',
  ],
  ['passlib, tests/test_handlers.py', '{SSHA}pKqkNr1tq3wtQqk+UcPyA3HnA2NsU5NJ', 'password'],
  ['hashcat, example of mode 111 in form', '{SSHA}0c0blFTXXNuAMHECS4uxrj3ZieMoWImr', 'testing123'],
  [
    'phc-winner-argon2, README',
    '$argon2i$v=19$m=65536,t=2,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b+dWRWJTmaaJObG',
    'password',
  ],
  ['bcrypt 5.0.0 (Python)', '$2b$05$WEw.aJdMTC8drg02BqOrxOesMdrdKHtRO/qiPaspXYrUPcqYNtiFO', 'correct horse 🐎 bättery'],
  [
    'bcrypt 5.0.0 (Python), prefix 2a',
    '$2a$06$Q5UK9BwxpYyfqE9SycmyZecQp7mSrxJUnusn7ynzpw4SLOsJppTaC',
    'correct horse 🐎 bättery',
  ],
  [
    'bcrypt as PHP writes it',
    '$2y$10$Hhm6BQS0BHSRTn9tHzcHbusRkp24jQpm85avcs5c40nYsHISZRClu',
    'correct horse 🐎 bättery',
  ],
  [
    'bcrypt, exactly 72 bytes',
    '$2b$04$1UC5/9JfxhuJVbYsnJRO8OWi8N081//y85LrQIn/U99iESP5NkarO',
    'éééééééééééééééééééééééééééééééééééé',
  ],
  [
    'bcrypt in an LDAP directory',
    '{CRYPT}$2b$04$V1ino2nAl3xbNO61EpSB3.NNmC31DeKDMf3Ve3dsl6Nvu8J7dMCgq',
    'secret words',
  ],
  [
    'WordPress 6.8, wp_hash_password computed in Python',
    '$wp$2y$05$FntD.zhgncNtDP45pOCdTOz1l604LM8T.tFGjCvSWwSweqe1roUpe',
    'correct horse 🐎 bättery',
  ],
  [
    'WordPress 6.8, 199 characters, typed with a space behind',
    '$wp$2y$04$Qv4NB8llTaA/bf.mt0z1o.ck4Uv475dNlwn3Rjhdw9R0uC7ib/ppC',
    'long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long ',
  ],
  [
    'Django 5.2 pbkdf2_sha256',
    'pbkdf2_sha256$20000$NaClNaClNaCl$un2cgKKqcznIrsNw29O1cdHHyJTkypej4RmPAoxqrnE=',
    'correct horse 🐎 bättery',
  ],
  ['Django 5.2 pbkdf2_sha1', 'pbkdf2_sha1$12000$salt$yQDqSMtnSoGGrF75SCxNU4spvWQ=', 'correct horse 🐎 bättery'],
  [
    'Django 5.2 argon2',
    'argon2$argon2id$v=19$m=102400,t=2,p=8$c24zWXpCTVN1OURUdDhTZ0JmWndwaQ$mBCW/Zco1OxHwsR3ivjA9aYnRrikFUwXDX5AWUtoDgk',
    'correct horse 🐎 bättery',
  ],
  [
    'Django 5.2 bcrypt_sha256',
    'bcrypt_sha256$$2b$05$STOZT5nNXLPBPlEPPMEKPOIhmmmOtNlqXd2x5tamxCS7jkZ8rTkF.',
    'long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long ',
  ],
  [
    'Django 5.2 bcrypt',
    'bcrypt$$2b$05$p0dJ2NLD0tyr76t9mCaN7OziPu0wc0djPRvkw9uf2HobOKjk0lacu',
    'correct horse 🐎 bättery',
  ],
  [
    'Django 5.2 scrypt',
    'scrypt$16384$cMKRWlNoAbCXYmVgMgU3R5$8$5$rX96vehVUflkDAVXS1yA79SCDn1s1ypRGHH3zcqEjK7DnkGP9uBO6MVnBCKNwDD3eC0or8vwvBz8+OEl+SHc+Q==',
    'correct horse 🐎 bättery',
  ],
  [
    'Werkzeug 3.1 scrypt, default cost',
    'scrypt:32768:8:1$jr1ZMVv9tcAi0iha$eb02a61afa897c35d24e92c16f394d6cbe950b985417ac0354c342a33124f0d874aedbb76a7c3a91fc8f907e13e75d348e1dc847cdfc87086c04621ccb732cdd',
    'correct horse 🐎 bättery',
  ],
  [
    'Werkzeug 3.1 scrypt',
    'scrypt:1024:8:2$ctIfbW9nBmvX8Gti$65069f79415633fe95d0e75afbabbf976cbfdd543b92fbaec94426cab94f611ec52495d1f126e545717661ff61595b5301b1e06dab445a9b92187380417cb477',
    'correct horse 🐎 bättery',
  ],
  [
    'Werkzeug 3.1 pbkdf2:sha256:600000',
    'pbkdf2:sha256:600000$3jwgmtotam3HqZoA$1682fd1817b60bf1e1e1cfcbd94fe105a33f272d653184b16e3b0741fe757274',
    'correct horse 🐎 bättery',
  ],
  [
    'Werkzeug 3.1 pbkdf2:sha1',
    'pbkdf2:sha1:1000$TJd6rxmcORqQp1X2$c30dc2ab5893b2edc3057ee06665766ce646dda2',
    'correct horse 🐎 bättery',
  ],
  [
    'Werkzeug 3.1 pbkdf2:sha512',
    'pbkdf2:sha512:5000$2L4acx1sJqs9T1ksKqAUC03quj5IIHk5$62bffedff6c82a187d11d3a4bd9318a4588944073e46f4be5e12d47161b9e9c3d3e3d23d20c6cd3ece1adc6d6f9cff157175b167d80ae6b5716ea1aa7aad9da8',
    'correct horse 🐎 bättery',
  ],
  [
    'Werkzeug 3.1, an empty password',
    'pbkdf2:sha256:1000$o4yGReMzGyuW8GTK$a9540607cd693cbca7eb4f52a0afce597a2a3d9702a7a192e677b6210209d1d8',
    '',
  ],
  [
    'passlib 1.7.4 pbkdf2_sha256',
    '$pbkdf2-sha256$29000$YCwlpDTmPCckRGit9d67lw$WvmVqgrkCFXKIffgPkqpUeuQ.CueJRAzWnULffa70DU',
    'correct horse 🐎 bättery',
  ],
  [
    'passlib 1.7.4 pbkdf2_sha512',
    '$pbkdf2-sha512$2500$27t3DqFUyjmnFKKU8l7rHQ$VRDYQ80ek2rlQjAeYxb6zO2hEbCf2fMtw9KEsz4QLjKtXPx2KkTvTr4SzS4MXMeDZsxyWqFJpbpNbXLf5jaZCQ',
    'correct horse 🐎 bättery',
  ],
  [
    'passlib 1.7.4 pbkdf2_sha1',
    '$pbkdf2$1310$DqF0Tundm3MuBaBUyjknJA$E2vLNXsmWAriT0iQ4P1EMLZw.Ko',
    'correct horse 🐎 bättery',
  ],
  [
    'passlib 1.7.4 ldap_pbkdf2_sha256',
    '{PBKDF2-SHA256}2900$MWYsRWjt3bt3zlkLAQCAMA$65iGJBMGswQqj.fev7vyEGnz7qbqzv/RpMPqBvXwl6U',
    'correct horse 🐎 bättery',
  ],
  [
    'passlib 1.7.4 ldap_pbkdf2_sha1',
    '{PBKDF2}2900$z3kv5bwXgvC.t7Z2bk3JuQ$TrnNbyH6x2MUqXJprtwq9294640',
    'correct horse 🐎 bättery',
  ],
  [
    'passlib 1.7.4 scrypt',
    '$scrypt$ln=10,r=8,p=1$sfaek3IOwfhfC2EsJSSk1A$Z7H5kCSIhq4AlZ/qZDECTHPx8fQb3i1Qkz72OodrAZc',
    'correct horse 🐎 bättery',
  ],
  ['passlib 1.7.4 phpass', '$P$6uEqm84oufGSx9E6Qh8St9jBFjKeXq1', 'correct horse 🐎 bättery'],
  ['passlib 1.7.4 phpass, as phpBB writes it', '$H$7RPP8DbzsR.pT2850pd3CTA67jI5yF1', 'correct horse 🐎 bättery'],
  ['passlib 1.7.4 ldap_salted_sha1', '{SSHA}u0xlW1RypNV7FLVJ6GAM9J40C8PImfNe', 'correct horse 🐎 bättery'],
  [
    'passlib 1.7.4 ldap_salted_sha256',
    '{SSHA256}2M9l7z/Tj2M3sTgb2aBYn703TSmd21vO4Jn+sRB+sA5XyjnH2FurVQ==',
    'correct horse 🐎 bättery',
  ],
  [
    'passlib 1.7.4 ldap_salted_sha512',
    '{SSHA512}O/Hdf/Sky+aeWGeVBkT78qLuhSflkfkap/tEq7CWYPsKljdyXCeKf+AnkQXNwbRxXmsmlRAG+7zWRAjxAOW8L/Q+R2htjZFyzpkTYqxVCmE=',
    'correct horse 🐎 bättery',
  ],
  [
    'argon2-cffi 25.1',
    '$argon2d$v=19$m=1024,t=1,p=2$IyJRf4EaABV085eSCPAT4g$bnSBXlxMS28reCwkKasRp+B+c5LknxcYFQOAzZsWpfA',
    'correct horse 🐎 bättery',
  ],
  [
    'argon2-cffi 25.1 in an LDAP directory',
    '{ARGON2}$argon2i$v=19$m=512,t=2,p=1$HOObZCinm5F6l8fJpQkufg$8blLadIXnAQ4nYFSGegGGw',
    'correct horse 🐎 bättery',
  ],
  [
    'Keycloak 26 pbkdf2-sha512, computed by hashlib',
    '{"type":"password","credentialData":"{\\"hashIterations\\":3000,\\"algorithm\\":\\"pbkdf2-sha512\\",\\"additionalParameters\\":{}}","secretData":"{\\"value\\":\\"nAHaEA0DQOWqToVodC8H/XSUBUlvzYWKY9cXqaxISayQ4gECaH1oBgbBUMXQMxDK6GhnRIe4Tu6L14+bLoEuXw==\\",\\"salt\\":\\"AAECAwQFBgcICQoLDA0ODw==\\",\\"additionalParameters\\":{}}"}',
    'correct horse 🐎 bättery',
  ],
  [
    'Keycloak pbkdf2-sha256, computed by hashlib',
    '{"type":"password","credentialData":"{\\"hashIterations\\":2750,\\"algorithm\\":\\"pbkdf2-sha256\\",\\"additionalParameters\\":{}}","secretData":"{\\"value\\":\\"NhJ9P9W6vh5GYW2DBeSfmqR6kVPBTFIIh5+eFdzLX5YHBOEamTMcL/hmvvU6n8hqNe+FHIqpOU5GMIDouA18tw==\\",\\"salt\\":\\"AAECAwQFBgcICQoLDA0ODw==\\",\\"additionalParameters\\":{}}"}',
    'correct horse 🐎 bättery',
  ],
  [
    'Keycloak pbkdf2, computed by hashlib',
    '{"type":"password","credentialData":"{\\"hashIterations\\":2000,\\"algorithm\\":\\"pbkdf2\\",\\"additionalParameters\\":{}}","secretData":"{\\"value\\":\\"0OKQimp1TJpXoRPupyjQo3PUszCEZPacZ+6N6qopHzNA2AMQGCydDTnEbpt/W6gADhkRM3D4kEFVUMJOi99wlg==\\",\\"salt\\":\\"AAECAwQFBgcICQoLDA0ODw==\\",\\"additionalParameters\\":{}}"}',
    'correct horse 🐎 bättery',
  ],
  [
    'Keycloak 26 argon2, computed by argon2-cffi',
    '{"credentialData":"{\\"hashIterations\\":5,\\"algorithm\\":\\"argon2\\",\\"additionalParameters\\":{\\"hashLength\\":[\\"32\\"],\\"memory\\":[\\"7168\\"],\\"type\\":[\\"id\\"],\\"version\\":[\\"1.3\\"],\\"parallelism\\":[\\"1\\"]}}","secretData":"{\\"value\\":\\"X2bKI6XZJ9H2F4poCCtlMG3GuIGfqFxjDQtP7eE5w/w=\\",\\"salt\\":\\"AAECAwQFBgcICQoLDA0ODw==\\"}"}',
    'correct horse 🐎 bättery',
  ],
  [
    'Werkzeug 3.1, typed in NFD there and here',
    'pbkdf2:sha256:1000$CHBD5EfDSKheUSBo$2e3522f603cebeb4fa68d2e4e72b8649d73d78309372ed01362da272399d4915',
    'geh u\u0308ber Los',
  ],
]
