import { z } from "zod";

// Meta adds fields and values all the time: unknown keys pass, a field of an unexpected kind counts as absent.
const text = z.string().optional().catch(undefined);
const integer = z.number().int().optional().catch(undefined);
const flag = z.boolean().optional().catch(undefined);
const id = z.union([z.string().min(1).max(128), z.number().transform(String)]);
const looseId = id.optional().catch(undefined);

export const SendAnswer = z.looseObject({
  messages: z.array(z.looseObject({ id: z.string().min(1), message_status: text })).min(1),
  contacts: z
    .array(z.looseObject({ input: text, wa_id: text, user_id: text }))
    .optional()
    .catch(undefined),
});

export const GraphErrorBody = z.looseObject({
  message: text,
  code: integer,
  error_subcode: integer,
  error_user_title: text,
  error_user_msg: text,
  fbtrace_id: text,
  error_data: z.looseObject({ details: text }).optional().catch(undefined),
});
export const ErrorAnswer = z.looseObject({ error: GraphErrorBody });

export const ListAnswer = z.looseObject({
  data: z.array(z.unknown()),
  paging: z
    .looseObject({ next: text, cursors: z.looseObject({ after: text }).optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

export const UsageHeader = z.record(
  z.string(),
  z.array(z.looseObject({ estimated_time_to_regain_access: z.number().optional().catch(undefined) })),
);

export const HealthBody = z.looseObject({
  can_send_message: text,
  entities: z
    .array(
      z.looseObject({
        entity_type: text,
        id: looseId,
        can_send_message: text,
        errors: z
          .array(z.looseObject({ error_code: integer, error_description: text, possible_solution: text }))
          .optional()
          .catch(undefined),
        additional_info: z.array(z.string()).optional().catch(undefined),
      }),
    )
    .optional()
    .catch(undefined),
});
const health = HealthBody.optional().catch(undefined);

export const PHONE_CORE_FIELDS = "id,display_phone_number,verified_name,quality_rating";
export const PHONE_FIELDS = `${PHONE_CORE_FIELDS},status,name_status,code_verification_status,account_mode,platform_type,throughput,whatsapp_business_manager_messaging_limit,is_on_biz_app,is_official_business_account,webhook_configuration,health_status`;
export const PhoneAnswer = z.looseObject({
  id,
  display_phone_number: text,
  verified_name: text,
  quality_rating: text,
  status: text,
  name_status: text,
  code_verification_status: text,
  account_mode: text,
  platform_type: text,
  throughput: z.looseObject({ level: text }).optional().catch(undefined),
  whatsapp_business_manager_messaging_limit: z.union([z.string(), z.number()]).optional().catch(undefined),
  messaging_limit_tier: text,
  is_on_biz_app: flag,
  is_official_business_account: flag,
  webhook_configuration: z
    .looseObject({ application: text, whatsapp_business_account: text, phone_number: text })
    .optional()
    .catch(undefined),
  health_status: health,
});

export const ListedNumber = z.looseObject({ id });

export const ACCOUNT_FIELDS =
  "id,name,status,currency,country,account_review_status,business_verification_status,ownership_type,health_status";
export const AccountAnswer = z.looseObject({
  id,
  name: text,
  status: text,
  currency: text,
  country: text,
  account_review_status: text,
  business_verification_status: text,
  ownership_type: text,
  health_status: health,
});

export const TokenAnswer = z.looseObject({
  data: z.looseObject({
    is_valid: flag,
    app_id: looseId,
    type: text,
    scopes: z.array(z.string()).optional().catch(undefined),
    granular_scopes: z
      .array(z.looseObject({ scope: z.string(), target_ids: z.array(id).optional().catch(undefined) }))
      .optional()
      .catch(undefined),
    expires_at: integer,
    data_access_expires_at: integer,
    error: z.looseObject({ code: integer, message: text }).optional().catch(undefined),
  }),
});

export const SubscribedAnswer = z.looseObject({
  data: z.array(
    z.looseObject({
      id: looseId,
      name: text,
      whatsapp_business_api_data: z.looseObject({ id: looseId, name: text }).optional().catch(undefined),
      override_callback_uri: text,
    }),
  ),
});

export const SuccessAnswer = z.looseObject({ success: z.boolean() });

export const TemplateEntry = z.looseObject({
  id,
  // Source: Meta, "Message templates": a name has 512 characters at most.
  name: z.string().min(1).max(512),
  language: z.string().min(1).max(20),
  category: text,
  previous_category: text,
  correct_category: text,
  sub_category: text,
  status: text,
  components: z.array(z.unknown()).optional().catch(undefined),
  quality_score: z.looseObject({ score: text }).optional().catch(undefined),
  rejected_reason: text,
  parameter_format: text,
  message_send_ttl_seconds: integer,
});
export const UploadedMedia = z.looseObject({ id });
/** `upload:` and Meta's own letters, with what signs them. */
export const UploadSession = z.looseObject({ id: z.string().regex(/^upload:[\w.~:=&?%+-]+$/) });
export const UploadedSample = z.looseObject({ h: z.string().min(1) });
export const MediaNode = z.looseObject({
  url: z.string().max(8_000),
  sha256: text,
  file_size: z.coerce.number().optional().catch(undefined),
});
export const CreatedTemplate = z.looseObject({ id, status: text, category: text });
export const EditedTemplate = z.looseObject({ success: z.boolean().optional(), category: text });
export const HistoryAnswer = z.looseObject({
  data: z.array(
    z.looseObject({
      events: z
        .looseObject({
          data: z
            .array(
              z.looseObject({
                delivery_status: text,
                error_description: text,
                status: text,
                timestamp: z.union([z.string(), z.number()]).optional().catch(undefined),
              }),
            )
            .optional()
            .catch(undefined),
        })
        .optional()
        .catch(undefined),
    }),
  ),
});
