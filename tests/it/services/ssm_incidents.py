incidents = client("ssm-incidents")
attempt(incidents.create_replication_set, regions={REGION: {}})
incidents.create_response_plan(name="critical", incidentTemplate={"impact": 1, "title": "critical"})
