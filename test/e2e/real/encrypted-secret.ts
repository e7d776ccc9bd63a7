/** Opens ENCRYPTED_SECRET, and nothing else anywhere. */
export const AGE_KEY = 'AGE-SECRET-KEY-1M97KCDQJT7ANW5LVGNDY89RYUU5DHDX8PET8CND9NCRP58NDY9ES9DHXFQ';

/** The Secret `login`, whose `word` is `only for tests`, as `sops --encrypt` leaves it. */
export const ENCRYPTED_SECRET = `apiVersion: v1
kind: Secret
metadata:
  name: login
stringData:
  word: ENC[AES256_GCM,data:rWYMTrpxEsD3mAeuSeY=,iv:m9mylxiE10rM172tjiHcgbBc4MUCyBlH9wx/FDDpGAM=,tag:lJjiBg3PuS/VfXoS31oWKg==,type:str]
sops:
  age:
    - recipient: age1a8xvpxx7da0dm8ewslz0wkgl7gswwzvuvsgauc6es8rvs6n3mdaqkq6la7
      enc: |
        -----BEGIN AGE ENCRYPTED FILE-----
        YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBCYlJNMThWNFhWRWJzTlJG
        ZkNLNG9rMm1iR0hVOUJaZVRrdWU3am1NVWpjClBLVWJmSzJYWjY3c0ZGQS8wWlIz
        dVRVcDF2SVhqYWxwRi9HMmtBRTZCblkKLS0tIERibGxaNlVTUVZ6T1N4cGpSMmJY
        UmJoa1BYdHFFbFFoZ09TemhSbjhPZmMKapetKiNs/Q8hW5Nv2RwRYwKr6sLEbeur
        FP0Qcy6L1H+NSC+rc4GsR29wDJ7+vFaaRaIP8TAwg4tGit0EcEWCDw==
        -----END AGE ENCRYPTED FILE-----
  lastmodified: "2026-11-21T23:55:58Z"
  mac: ENC[AES256_GCM,data:JIO6xN8g3v/8hXQmK31Xb59ikqf90cwIRX/EJ3iYVXt2HrUiVy+1ntbEMx7+9gKidDdJuLcoJ029cTCeJ3AdjG55CpSh95APjTdp/MZGPGp3IFGyBxnsHJWycSoh3hBSdKUeXe1oQTNqiuWgc1M3X1EVT10v8P6crPDJ4M7JnE0=,iv:T1q3WRsVXmRLRIopBbDuTj+L+MsQO/roZj+F4GGKGfk=,tag:bVBeVfHyW8tj8zZ/spFVkg==,type:str]
  encrypted_regex: ^(data|stringData)$
  version: 3.10.2
`;
