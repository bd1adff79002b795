"""deAPI, for Python: what it offers, what a model allows, and a careful client.

`contract` (endpoints as data), `inference`, `models` and `fields` say what can be asked for;
`client` asks, under `limits`; `wire` and `errors` say what came back; `catalogue` keeps the models;
`media` looks at files before they go up, `files` brings results down.

Nothing is imported here, so that reading the contract costs nothing but the contract: import the
module that you need. Nothing in here knows people, databases or screens.
"""
