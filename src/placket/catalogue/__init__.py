"""Where data live: the catalogue's model, its YAML, and its checks."""

from placket.catalogue.check import check_catalogue, check_schema, looks_personal
from placket.catalogue.model import Catalogue, Link, Source, Subject, Table, Tell
from placket.catalogue.parse import Parsed, parse
from placket.catalogue.render import render
from placket.catalogue.schema import ColumnSchema, ForeignKey, Schema, TableSchema

__all__ = [
    "Catalogue",
    "ColumnSchema",
    "ForeignKey",
    "Link",
    "Parsed",
    "Schema",
    "Source",
    "Subject",
    "Table",
    "TableSchema",
    "Tell",
    "check_catalogue",
    "check_schema",
    "looks_personal",
    "parse",
    "render",
]
