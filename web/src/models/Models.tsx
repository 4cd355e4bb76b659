import { useRoute } from "preact-iso";
import { ModelList } from "./ModelList";
import { ModelPage } from "./ModelPage";

/** The registry of models. */
export default function Models() {
  const { params } = useRoute();
  return params.modelId ? <ModelPage key={params.modelId} id={params.modelId} /> : <ModelList />;
}
