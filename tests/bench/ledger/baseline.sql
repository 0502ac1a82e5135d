-- The same double entry as the ledger's, as plainly as a database can do it: two balances locked and
-- changed, a transfer with its own unique key, two entries with the balance after, an outbox row.
create table accounts (
    account_id bigint primary key,
    balance bigint not null default 0 check (balance >= 0)
) with (fillfactor = 70);
create table transfers (
    transfer_id bigint generated always as identity primary key,
    key uuid not null unique,
    kind text not null,
    at timestamptz not null
);
create table entries (
    transfer_id bigint not null references transfers,
    account_id bigint not null references accounts,
    amount bigint not null,
    balance_after bigint not null,
    primary key (account_id, transfer_id)
);
create index entries_of_transfer on entries (transfer_id);
create table outbox (
    position bigint generated always as identity primary key,
    event_id uuid not null unique,
    envelope json not null,
    published_at timestamptz
);
create index outbox_unpublished on outbox (position) where published_at is null;
insert into accounts select number, 600000 from generate_series(1, 20000) number;
