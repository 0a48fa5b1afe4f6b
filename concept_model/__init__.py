"""The LeGSB concept model: Household, Circumstances, Goals, Reactive Services, Interventions, Lists."""
