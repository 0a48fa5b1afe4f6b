# The decision as Rego: a whole profile in one query, from the documents as data.
# input: reader (agency, role, families, purpose, direction, regime, now, glass), subjects (states, band,
# relationship) and the cells asked for. data.agreements: the documents with instants in microseconds.
# data.selected: the cells, "source/item", that each clause selects; data.supplied: those its document has supplied.
package gateway

fits("*", _) := true

fits(pattern, item) if pattern == item

fits(pattern, item) if {
	endswith(pattern, ".*")
	startswith(item, trim_suffix(pattern, "*"))
}

listed("*", _) := true

listed(values, value) if value in values

# Who asks, and whether a document speaks to him now.

addressed(rule) if {
	listed(rule.purposes, input.reader.purpose)
	listed(rule.directions, input.reader.direction)
	meant(rule.recipients)
	not meant(rule.except_recipients)
}

meant(recipients) if {
	some recipient in recipients
	recipient.agency in {"*", input.reader.agency}
	listed(recipient.roles, input.reader.role)
	family_fits(recipient.family)
}

family_fits(null) := true

family_fits(family) if family in input.reader.families

during(spans) if {
	some span in spans
	span[0] <= input.reader.now
	input.reader.now < span[1]
}

lawful_purpose if data.purposes[input.reader.purpose] == input.reader.regime

in_force contains reference if {
	lawful_purpose
	some reference, agreement in data.agreements
	every spans in agreement.frames { during(spans) }
	during(agreement.parties[input.reader.agency])
	input.reader.purpose in agreement.purposes
}

live contains entry if {
	some entry, law in data.law
	during(law.spans)
}

# Which cells a clause in force may move: supplied by their owner and lawful for that owner.

giving[reference] := {owner |
	some owner, spans in data.agreements[reference].parties
	during(spans)
	some use in data.agreements[reference].article_6
	owner in use.parties
	use.basis in live
} if {
	some reference in in_force
}

gateways(reference, owner) := {use.id |
	some use in data.agreements[reference].gateways
	owner in use.covers
	use.id in live
}

conditions(uses) := {pattern |
	some use in uses
	use.basis in live
	some pattern in use.data
}

moved[clause] := {cell |
	some cell in (looked_at & data.selected[clause].cells) & data.supplied[reference]
	entry := data.cells[cell]
	entry.owner in giving[reference]
	given(reference, entry)
	specially(reference, entry)
	shown(entry)
} if {
	some reference in in_force
	some clause, rule in data.agreements[reference].rules
	rule.effect == "permit"
	addressed(rule)
}

given(reference, entry) if {
	entry.owner == input.reader.agency
	leaves(reference, entry)
}

given(reference, entry) if {
	count(gateways(reference, entry.owner)) > 0
	leaves(reference, entry)
}

leaves(_, entry) if entry.regime in {"uk_gdpr", input.reader.regime}

leaves(reference, entry) if {
	some use in gateways(reference, entry.owner)
	data.law[use].leaves_part_3
}

specially(_, entry) if entry.special == "none"

specially(reference, entry) if {
	some pattern in conditions(data.agreements[reference][entry.special])
	fits(pattern, entry.item)
}

shown(entry) if not entry.match_only

shown(_) if input.reader.direction == "match"

# Gates. Every state is told: "yes", "no" or "unknown".

gate(rule, subject) if {
	near(rule, subject)
	subject.band >= rule.min_band
	every state in rule.yes { subject.states[state] == "yes" }
	every state in rule.no { subject.states[state] == "no" }
	helped(rule, subject, {"yes"})
}

might(rule, subject) if {
	near(rule, subject)
	subject.band >= rule.min_band
	every state in rule.yes { subject.states[state] != "no" }
	every state in rule.no { subject.states[state] != "yes" }
	helped(rule, subject, {"yes", "unknown"})
}

helped(rule, _, _) if count(rule.any) == 0

helped(rule, subject, enough) if {
	some state in rule.any
	subject.states[state] in enough
}

near(rule, subject) if listed(rule.relationships, subject.relationship)

near(rule, _) if {
	input.reader.glass
	meant(rule.widened)
}

offered if not input.reader.glass

offered if {
	some clause, cells in moved
	count(cells) > 0
	meant(data.rule[clause].widened)
}

# What forbids.

standing contains clause if {
	some reference, agreement in data.agreements
	during(agreement.forbids)
	some clause, rule in agreement.rules
	addressed(rule)
}

bites(rule, subject) if {
	every state in rule.when_all { subject.states[state] != "no" }
	waited(rule, subject)
	every state in rule.unless_any { subject.states[state] != "yes" }
	not lifted(rule, subject)
}

waited(rule, _) if count(rule.when_any) == 0

waited(rule, subject) if {
	some state in rule.when_any
	subject.states[state] != "no"
}

lifted(rule, subject) if {
	count(rule.unless_all) > 0
	every state in rule.unless_all { subject.states[state] == "yes" }
}

possible := {cell |
	some subject in input.subjects
	some clause, cells in moved
	might(data.rule[clause], subject)
	some cell in cells
}

pairs contains clause if {
	some clause in standing
	data.rule[clause].effect == "never_both"
	some subject in input.subjects
	bites(data.rule[clause], subject)
}

kept contains clause if {
	some clause in pairs
	count(data.selected[clause].keep & possible) > 0
}

hidden := {cell |
	some clause in kept
	some cell in data.selected[clause].withhold
}

barred[number] := {cell |
	some clause in standing
	data.rule[clause].effect == "prohibit"
	bites(data.rule[clause], subject)
	some cell in data.selected[clause].cells
} if {
	some number, subject in input.subjects
}

# The answer: for each subject the clauses of every cell that is released, and the rank of its form.

granted[number] := {[cell, clause] |
	some clause, cells in moved
	gate(data.rule[clause], subject)
	some cell in cells & asked
	not cell in barred[number]
	not cell in hidden
} if {
	offered
	some number, subject in input.subjects
}

asked := {cell | some cell in input.cells}

# Never-both rules and break-glass look at more than what is asked for.
looked_at := data.all if count(pairs) > 0

looked_at := data.all if input.reader.glass

looked_at := asked if {
	count(pairs) == 0
	not input.reader.glass
}

caps[number] := {[cell, data.rule[clause].rank] |
	some clause in standing
	data.rule[clause].effect == "limit"
	bites(data.rule[clause], subject)
	some cell in data.selected[clause].cells & asked
} if {
	some number, subject in input.subjects
}

answer := [{"granted": object.get(granted, number, set()), "caps": caps[number]} | some number, _ in input.subjects]
