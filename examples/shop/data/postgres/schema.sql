CREATE TABLE product (id int PRIMARY KEY, name text NOT NULL, price numeric(10, 2) NOT NULL);
CREATE TABLE purchase (id int PRIMARY KEY, product int REFERENCES product, placed timestamptz NOT NULL);
