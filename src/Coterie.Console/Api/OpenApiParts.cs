using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Coterie.WebConsole.Http;

namespace Coterie.WebConsole.Api;

/// <summary>Pieces of which the parts of the API describe themselves in OpenAPI 3.1. Its schemas are JSON schemas, made from the very types that are answered, so they cannot differ from them.</summary>
internal static class OpenApiParts
{
    private const string PageTokenScheme = "pageToken";

    /// <param name="place">query or path.</param>
    /// <param name="words">All that it may be; none: any text.</param>
    public static JsonObject Parameter(string name, string place, bool required, params string[] words)
    {
        var schema = new JsonObject { ["type"] = "string" };
        if (words.Length > 0)
        {
            schema["enum"] = new JsonArray([.. words.Select(static word => JsonValue.Create(word))]);
        }

        return new JsonObject { ["name"] = name, ["in"] = place, ["required"] = required, ["schema"] = schema };
    }

    /// <summary>The ways to prove that one may change something: the token of a page.</summary>
    public static JsonObject SecuritySchemes() => new()
    {
        [PageTokenScheme] = new JsonObject
        {
            ["type"] = "apiKey",
            ["in"] = "header",
            ["name"] = PageToken.Header,
            ["description"] = $"What every page of this console has in its meta element '{PageToken.MetaName}'",
        },
    };

    /// <summary>That an operation takes the token of a page.</summary>
    public static JsonArray NeedsPageToken() => [new JsonObject { [PageTokenScheme] = new JsonArray() }];

    /// <summary>What is answered, or asked, in JSON.</summary>
    public static JsonObject Answer(string description, JsonTypeInfo type) => new()
    {
        ["description"] = description,
        ["content"] = new JsonObject
        {
            ["application/json"] = new JsonObject { ["schema"] = type.GetJsonSchemaAsNode(new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true }) },
        },
    };
}
