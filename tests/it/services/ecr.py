ecr = client("ecr")
key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/orders"
ecr.create_repository(repositoryName="plain")
ecr.create_repository(repositoryName="team/orders", imageTagMutability="IMMUTABLE", imageScanningConfiguration={"scanOnPush": True},
    encryptionConfiguration={"encryptionType": "KMS", "kmsKey": key})
attempt(ecr.set_repository_policy, repositoryName="team/orders", policyText=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "ecr:BatchGetImage"}]}))
manifest = {"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json", "layers": [],
    "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 2, "digest": "sha256:" + "0" * 64}}
attempt(ecr.put_image, repositoryName="team/orders", imageTag="v1", imageManifest=json.dumps(manifest))
attempt(ecr.start_image_scan, repositoryName="team/orders", imageId={"imageTag": "v1"})
