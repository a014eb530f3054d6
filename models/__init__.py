"""The rows of the database, one file each; no behaviour, no queries."""

from models.agent import Agent
from models.agent_interval import AgentInterval
from models.attempt import Attempt
from models.base import Base
from models.campaign import Campaign
from models.campaign_lead import CampaignLead
from models.campaign_list import CampaignList
from models.campaign_version import CampaignVersion
from models.customer import Customer
from models.customer_list import CustomerList
from models.customer_number import CustomerNumber
from models.inbound_call import InboundCall
from models.inbound_step import InboundStep
from models.lead import Lead
from models.number import Number
from models.order import Order
from models.pacing_memory import PacingMemory
from models.queue_memory import QueueMemory
from models.queue_wait import QueueWait
from models.recording import Recording
from models.run import Run
from models.supervision_stretch import SupervisionStretch
from models.suppression import Suppression
from models.transfer import Transfer

__all__ = [
    "Agent",
    "AgentInterval",
    "Attempt",
    "Base",
    "Campaign",
    "CampaignLead",
    "CampaignList",
    "CampaignVersion",
    "Customer",
    "CustomerList",
    "CustomerNumber",
    "InboundCall",
    "InboundStep",
    "Lead",
    "Number",
    "Order",
    "PacingMemory",
    "QueueMemory",
    "QueueWait",
    "Recording",
    "Run",
    "SupervisionStretch",
    "Suppression",
    "Transfer",
]
