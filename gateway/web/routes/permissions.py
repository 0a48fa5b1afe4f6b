"""What may I see, and why: the page of a role's own permissions."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from gateway.usecases.register.permissions import my_permissions
from gateway.web.desk import SignedIn
from gateway.web.render import render
from gateway.web.views.permissions import permissions_view

router = APIRouter()


@router.get("/permissions")
def permissions(request: Request, desk: SignedIn) -> HTMLResponse:
    """What this reader's role may see now, for each purpose, and what it never sees."""
    told, receipt = my_permissions(desk.wiring, desk.context, desk.caller)
    gateways = {name: gateway.cite for name, gateway in desk.wiring.register.gateways.items()}
    view = permissions_view(told, gateways, str(receipt.entry_id))
    return render(request, "permissions.html", title="What you may see, and why", told=view)
