"""Routes of records: receipts, requests that a person decides, the review queue, notices, figures."""

from fastapi import APIRouter

router = APIRouter(prefix="/v1")
